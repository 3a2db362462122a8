namespace LoraFaaS.ControlPlane.Ports;

/// <summary>An accepted asynchronous call.</summary>
public sealed record AsyncCall(AsyncRequest Request, AsyncProgress Progress)
{
    public bool IsOpen => Progress.Phase is CallPhase.Invoke or CallPhase.Deliver;
}
