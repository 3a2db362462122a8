namespace LoraFaaS.Protocol.Tests.Grpc;

/// <summary>Our client against the official JavaScript server.</summary>
public sealed class GrpcClientToJavaScriptTests(JavaScriptControlServer server) : GrpcClientTests, IClassFixture<JavaScriptControlServer>
{
    protected override Uri Address => server.Address;
}
