namespace LoraFaaS.Protocol.Grpc;

/// <summary>
/// A call that ended with another status than OK. Handlers throw it to answer with that status; callers get it instead of a message.
/// What the caller's own token cancels is an <see cref="OperationCanceledException"/> instead.
/// </summary>
public sealed class GrpcStatusException(GrpcStatus status, Exception? inner = null) : Exception(status.ToString(), inner)
{
    public GrpcStatusException(GrpcStatusCode code, string message, Exception? inner = null)
        : this(new GrpcStatus(code, message), inner)
    {
    }

    public GrpcStatus Status { get; } = status;

    public GrpcStatusCode Code => Status.Code;
}
