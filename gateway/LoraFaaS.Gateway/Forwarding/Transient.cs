using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Which failures another try may mend.</summary>
internal static class Transient
{
    /// <summary>The place was the trouble, not the request.</summary>
    public static bool IsWorthAnotherPlace(ErrorCode code) => code is
        ErrorCode.NotResident or ErrorCode.Draining or ErrorCode.SandboxLost or ErrorCode.WorkerUnavailable;

    /// <summary>There may be a place soon: a worker is coming back, or the controller is.</summary>
    public static bool MayPass(ErrorCode code) => IsWorthAnotherPlace(code) || code is
        ErrorCode.NoCapacity or ErrorCode.ControllerUnavailable or ErrorCode.ActivationFailed;
}
