namespace LoraFaaS.ControlPlane.Ports;

/// <summary>Where an asynchronous call is. The numbers are stored.</summary>
public enum CallPhase
{
    /// <summary>To be executed, or being executed.</summary>
    Invoke = 0,

    /// <summary>Executed; its answer is to be delivered to the callback.</summary>
    Deliver = 1,

    /// <summary>Over; its answer is kept for a while.</summary>
    Completed = 2,

    /// <summary>Given up; kept for a person, who may replay it.</summary>
    Dead = 3,
}
