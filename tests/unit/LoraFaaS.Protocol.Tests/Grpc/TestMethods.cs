using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Protocol.Tests.Grpc;

/// <summary>Methods beside the product's own.</summary>
internal static class TestMethods
{
    public static readonly GrpcMethod<ActivateRequest, ActivateReply> Metadata = new("lorafaas.test.Test", nameof(Metadata), ActivateRequest.Parser, ActivateReply.Parser);
    public static readonly GrpcMethod<ActivateRequest, ActivateReply> Nothing = new("lorafaas.control.v1.Control", nameof(Nothing), ActivateRequest.Parser, ActivateReply.Parser);
}
