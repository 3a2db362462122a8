using Google.Protobuf.Reflection;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Addresses;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.Protocol.Health;
using LoraFaaS.Protocol.Inference;
using LoraFaaS.Protocol.ServerReflection;
using LoraFaaS.TestKit.Time;
using ServingStatus = LoraFaaS.Protocol.Health.HealthCheckResponse.Types.ServingStatus;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>What tools and balancers ask of a door that speaks gRPC before they call anything: what there is, and whether it is well.</summary>
public sealed class GrpcDoorTests
{
    private static readonly string[] GrpcDoor = ["--Host:GrpcUrl", "http://127.0.0.1:0"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>What it is told when the gateway stops, <see cref="GatewayProcessTests"/> sees. Nobody needs a key for it.</summary>
    [Fact]
    public async Task Who_watches_is_told_at_once_whether_calls_may_come()
    {
        await using var gateway = await RunningGateway.StartAsync([.. GrpcDoor, "--Gateway:RequireApiKeys", "true"]);
        using var channel = ChannelOf(gateway);
        await using var watch = Watch(channel, InferenceMethods.Service);
        await using var stranger = Watch(channel, "no.Service");

        await using var whole = Watch(channel, "");

        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(stranger));
        Assert.Equal(ServingStatus.Serving, await NextAsync(whole));
    }

    [Fact]
    public async Task Who_watches_before_the_first_routes_is_told_when_calls_may_come()
    {
        var opens = new TaskCompletionSource();
        await using var gateway = await RunningGateway.StartBeforeRoutesAsync(opens.Task, GrpcDoor);
        using var channel = ChannelOf(gateway);
        await using var watch = Watch(channel, "");

        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        opens.SetResult();
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
    }

    [Fact]
    public async Task Tools_find_services_and_their_files_under_both_names_of_reflection()
    {
        await using var gateway = await RunningGateway.StartAsync(GrpcDoor);
        using var channel = ChannelOf(gateway);

        foreach (var method in (GrpcMethod<ServerReflectionRequest, ServerReflectionResponse>[])[ServerReflectionMethods.Info, ServerReflectionMethods.OlderInfo])
        {
            await using var call = await channel.OpenDuplexAsync(method, GrpcCallOptions.None, Stop);
            await using var answers = call.ReadAllAsync(Stop).GetAsyncEnumerator(Stop);

            var listed = await AskAsync(new ServerReflectionRequest { Host = "door", ListServices = "*" });
            Assert.Equal([HealthMethods.Service, ServerReflectionMethods.Service, InferenceMethods.Service], listed.ListServicesResponse.Service.Select(service => service.Name).Order(StringComparer.Ordinal));
            Assert.Equal("door", listed.ValidHost);

            var found = new HashSet<string>(StringComparer.Ordinal);

            foreach (var symbol in (string[])[InferenceMethods.Service, InferenceMethods.Service + ".ModelInfer", "inference.ModelInferRequest.InferInputTensor", "grpc.health.v1.HealthCheckResponse.ServingStatus"])
            {
                var described = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });
                var file = FileDescriptorProto.Parser.ParseFrom(described.FileDescriptorResponse.FileDescriptorProto[0]);
                found.Add(file.Package);

                // What a tool does with it: the file stands on its own.
                Assert.NotEmpty(FileDescriptor.BuildFromByteStrings(described.FileDescriptorResponse.FileDescriptorProto.Reverse())[^1].Services);
                Assert.Equal(described.FileDescriptorResponse, (await AskAsync(new ServerReflectionRequest { FileByFilename = file.Name })).FileDescriptorResponse);
            }

            Assert.Equal(["grpc.health.v1", "inference"], found.Order(StringComparer.Ordinal));
            Assert.Empty((await AskAsync(new ServerReflectionRequest { AllExtensionNumbersOfType = "inference.ModelInferRequest" })).AllExtensionNumbersResponse.ExtensionNumber);

            foreach (var absent in (ServerReflectionRequest[])[
                new() { FileContainingSymbol = "inference.Nothing" }, new() { FileByFilename = "../etc/passwd" }, new() { AllExtensionNumbersOfType = "no.Type" },
                new() { FileContainingExtension = new ExtensionRequest { ContainingType = "inference.ModelInferRequest", ExtensionNumber = 1 } }])
            {
                Assert.Equal((int)GrpcStatusCode.NotFound, (await AskAsync(absent)).ErrorResponse.ErrorCode);
            }

            Assert.Equal((int)GrpcStatusCode.InvalidArgument, (await AskAsync(new ServerReflectionRequest())).ErrorResponse.ErrorCode);

            async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest asked)
            {
                Assert.True(await call.TrySendAsync(asked, Stop));
                Assert.True(await Patience.ForAsync(answers.MoveNextAsync().AsTask()));
                Assert.Equal(asked, answers.Current.OriginalRequest);
                return answers.Current;
            }
        }
    }

    [Fact]
    public async Task Where_keys_are_asked_for_they_are_asked_for_here_too()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, [.. GrpcDoor, "--Gateway:RequireApiKeys", "true"]);
        await using var __ = gateway;
        using var channel = ChannelOf(gateway);
        await using var call = await channel.OpenDuplexAsync(ServerReflectionMethods.Info, GrpcCallOptions.None, Stop);
        await using var answers = call.ReadAllAsync(Stop).GetAsyncEnumerator(Stop);

        Assert.Equal(GrpcStatusCode.Unauthenticated, (await Assert.ThrowsAsync<GrpcStatusException>(() => Patience.ForAsync(answers.MoveNextAsync().AsTask()))).Code);
    }

    private static IAsyncEnumerator<HealthCheckResponse> Watch(GrpcChannel channel, string service) =>
        channel.StreamAsync(HealthMethods.Watch, new HealthCheckRequest { Service = service }, GrpcCallOptions.None, Stop).GetAsyncEnumerator(Stop);

    private static async Task<ServingStatus> NextAsync(IAsyncEnumerator<HealthCheckResponse> watch)
    {
        Assert.True(await Patience.ForAsync(watch.MoveNextAsync().AsTask()));
        return watch.Current.Status;
    }

    private static GrpcChannel ChannelOf(RunningGateway gateway) => new(new GrpcChannelOptions { Servers = ServerAddresses.Parse(gateway.Urls.Last()) });
}
