namespace LoraFaaS.Protocol.Grpc.Wire;

/// <summary>What the bytes received so far hold.</summary>
internal enum GrpcMessageStatus
{
    Complete = 0,
    Incomplete = 1,
    TooLarge = 2,

    /// <summary>The compressed flag is set. Only identity is spoken here.</summary>
    Compressed = 3,

    /// <summary>The flag byte is neither 0 nor 1: these are no gRPC messages.</summary>
    BadFlag = 4,
}
