namespace LoraFaaS.Protocol.Grpc;

/// <summary>How a call ended, and in words when not well.</summary>
public sealed record GrpcStatus(GrpcStatusCode Code, string Message)
{
    public static readonly GrpcStatus Ok = new(GrpcStatusCode.Ok, "");

    public override string ToString() => Message.Length == 0 ? Code.ToString() : $"{Code}: {Message}";
}
