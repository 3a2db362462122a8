namespace LoraFaaS.Protocol.Grpc;

/// <summary>Sizes both sides agree on.</summary>
public static class GrpcLimits
{
    /// <summary>gRPC's usual 4 MB do not hold a snapshot of 100 000 routes (about 300 bytes each).</summary>
    public const int DefaultMaxMessageBytes = 64 * 1024 * 1024;
}
