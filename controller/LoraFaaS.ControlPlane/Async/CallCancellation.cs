namespace LoraFaaS.ControlPlane.Async;

/// <summary>What became of the wish to cancel a call.</summary>
public enum CallCancellation
{
    /// <summary>There is none, or it is none of the asker's.</summary>
    Unknown = 0,

    /// <summary>It was over before.</summary>
    Over = 1,

    Done = 2,
}
