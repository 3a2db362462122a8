using Microsoft.Extensions.Logging;

namespace LoraFaaS.Protocol.Grpc.Server;

internal sealed partial class GrpcServerPipeline
{
    [LoggerMessage(1101, LogLevel.Error, "Call {Method} failed")]
    private partial void LogFailure(string method, Exception failure);
}
