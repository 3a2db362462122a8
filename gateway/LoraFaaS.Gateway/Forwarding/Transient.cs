using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Which failures another try may mend.</summary>
internal static class Transient
{
    /// <summary>
    /// The place was the trouble, not the request. A lost sandbox is not among them: its worker has by then tried a second one, and what
    /// has ended two sandboxes is not carried to a third.
    /// </summary>
    public static bool IsWorthAnotherPlace(ErrorCode code) => code is
        ErrorCode.NotResident or ErrorCode.Draining or ErrorCode.WorkerUnavailable or ErrorCode.ArithmeticDiffers;

    /// <summary>Nobody is there to say no: a system that is just starting, or a controller that was just restarted, answers so for a second or two.</summary>
    public static bool IsAbsence(ErrorCode code) => code is ErrorCode.WorkerUnavailable or ErrorCode.ControllerUnavailable;

    /// <summary>There may be a place soon for one that has lost its own: a worker is coming back, or the controller is, or others' calls end.</summary>
    public static bool MayPass(ErrorCode code) => IsWorthAnotherPlace(code) || code is
        ErrorCode.NoCapacity or ErrorCode.QueueFull or ErrorCode.ControllerUnavailable or ErrorCode.ActivationFailed;
}
