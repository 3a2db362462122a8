namespace LoraFaaS.Contracts.Errors;

/// <summary>Stable names of what can go wrong for a caller or an operator. The wire form is snake case.</summary>
public enum ErrorCode
{
    Internal = 0,
    InvalidRequest = 1,
    FunctionNotFound = 2,
    BackboneNotFound = 3,
    AdapterNotFound = 4,
    AdapterInvalid = 5,
    BackboneInvalid = 6,
    AlreadyExists = 7,
    Unauthorized = 8,
    BodyTooLarge = 9,
    ContextLengthExceeded = 10,
    NoCapacity = 11,
    QueueFull = 12,
    DeadlineExceeded = 13,
    ActivationFailed = 14,
    SandboxLost = 15,
    WorkerUnavailable = 16,
    NotResident = 17,
    ControllerUnavailable = 18,
    Conflict = 19,
    NotFound = 20,
    MethodNotAllowed = 21,
    NamespaceNotFound = 22,
    SecretNotFound = 23,
    ArtifactCorrupt = 24,
    Draining = 25,
    Cancelled = 26,

    /// <summary>An answer that was begun elsewhere would go on with other tokens here: this worker's kernels or weights compute differently.</summary>
    ArithmeticDiffers = 27,

    /// <summary>As many invocations of the function run at this worker as it lets; another can serve it. Between gateway and worker: no caller sees it.</summary>
    WorkerBusy = 28,

    /// <summary>The body's type is one that is not read here.</summary>
    UnsupportedMediaType = 40,

    // Who may do what; numbers apart from the others, which grow from below.
    InvalidApiKey = 60,
    Forbidden = 61,
    RateLimitExceeded = 62,

    // A function's own code.

    /// <summary>The package cannot be run: it is refused when it is pushed or deployed.</summary>
    CodeInvalid = 80,

    /// <summary>The function's own code threw, or answered with something that is no answer.</summary>
    FunctionFailed = 81,

    /// <summary>The process of the function's own code ended in the middle of the call, or does not start.</summary>
    HandlerLost = 82,
}
