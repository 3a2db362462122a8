using System.Net;
using Google.Protobuf;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Addresses;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.Protocol.Health;
using LoraFaaS.Protocol.Inference;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using ServingStatus = LoraFaaS.Protocol.Health.HealthCheckResponse.Types.ServingStatus;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>The Open Inference Protocol over gRPC; the official JavaScript client asks for the same of the whole platform in the system tests.</summary>
public sealed class InferenceTests
{
    private static readonly string[] GrpcDoor = ["--Host:GrpcUrl", "http://127.0.0.1:0"];

    [Fact]
    public async Task Server_model_and_health()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, GrpcDoor);
        await using var __ = gateway;
        using var channel = ChannelOf(gateway);

        Assert.True((await AskAsync(channel, InferenceMethods.ServerLive, new ServerLiveRequest())).Live);
        Assert.True((await AskAsync(channel, InferenceMethods.ServerReady, new ServerReadyRequest())).Ready);
        Assert.Equal("lorafaas", (await AskAsync(channel, InferenceMethods.ServerMetadata, new ServerMetadataRequest())).Name);
        Assert.True((await AskAsync(channel, InferenceMethods.ModelReady, new ModelReadyRequest { Name = "echo", Version = "3" })).Ready);
        Assert.False((await AskAsync(channel, InferenceMethods.ModelReady, new ModelReadyRequest { Name = "echo", Version = "4" })).Ready);
        var model = await AskAsync(channel, InferenceMethods.ModelMetadata, new ModelMetadataRequest { Name = "echo" });
        Assert.Equal(("3", "text_input", "text_output"), (model.Versions.Single(), model.Inputs.Single().Name, model.Outputs.Single().Name));
        Assert.Equal(ServingStatus.Serving, (await AskAsync(channel, HealthMethods.Check, new HealthCheckRequest())).Status);
        Assert.Equal(ServingStatus.Serving, (await AskAsync(channel, HealthMethods.Check, new HealthCheckRequest { Service = InferenceMethods.Service })).Status);
        Assert.Equal(GrpcStatusCode.NotFound, await StatusAsync(() => AskAsync(channel, HealthMethods.Check, new HealthCheckRequest { Service = "no.Service" })));
        Assert.Equal(GrpcStatusCode.NotFound, await StatusAsync(() => AskAsync(channel, InferenceMethods.ModelMetadata, new ModelMetadataRequest { Name = "nobody" })));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Infer_answers_whole_or_in_pieces_and_in_the_form_it_was_asked_in(bool raw)
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync(null, GrpcDoor);
        await using var _ = gateway;
        using var channel = ChannelOf(gateway);
        var request = Infer("echo", "grüße", raw);
        request.Id = "mine";
        request.Parameters["max_tokens"] = new InferParameter { Int64Param = 3 };
        request.Parameters["temperature"] = new InferParameter { DoubleParam = 0 };

        var whole = await AskAsync(channel, InferenceMethods.ModelInfer, request);
        Assert.Equal(("echo", "3", "mine", "0 1 2 "), (whole.ModelName, whole.ModelVersion, whole.Id, TextOf(whole)));
        Assert.Equal(("length", 3), (whole.Parameters["finish_reason"].StringParam, whole.Parameters["completion_tokens"].Int64Param));
        Assert.Equal(raw, whole.RawOutputContents.Count == 1);

        var pieces = await StreamAsync(channel, request);
        Assert.Equal("0 1 2 ", string.Concat(pieces.Select(piece => TextOf(piece.InferResponse))));
        Assert.Equal(Enumerable.Repeat(false, pieces.Count - 1).Append(true), pieces.Select(piece => piece.InferResponse.Parameters["triton_final_response"].BoolParam));
        Assert.True(pieces.Count > 2);
        Assert.All(worker.Exchanges, exchange => Assert.Equal("grüße", exchange.Request.Prompt.RawText));
        Assert.All(worker.Exchanges, exchange => Assert.Equal(0, exchange.Request.Sampling.Temperature));
    }

    public static TheoryData<string, GrpcStatusCode, string> Wrong() => new()
    {
        { "model", GrpcStatusCode.NotFound, "nobody" },
        { "version", GrpcStatusCode.NotFound, "9" },
        { "input", GrpcStatusCode.InvalidArgument, "inputs" },
        { "type", GrpcStatusCode.InvalidArgument, "inputs" },
        { "shape", GrpcStatusCode.InvalidArgument, "inputs[0].shape" },
        { "two", GrpcStatusCode.InvalidArgument, "inputs[0].contents" },
        { "bytes", GrpcStatusCode.InvalidArgument, "inputs[0].contents" },
        { "length", GrpcStatusCode.InvalidArgument, "raw_input_contents" },
        { "output", GrpcStatusCode.InvalidArgument, "logits" },
        { "parameter", GrpcStatusCode.InvalidArgument, "parameters.max_tokens" },
        { "number", GrpcStatusCode.InvalidArgument, "parameters" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_wrong_is_said(string what, GrpcStatusCode status, string named)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, GrpcDoor);
        await using var __ = gateway;
        using var channel = ChannelOf(gateway);
        var request = Infer("echo", "x", raw: what == "length");

        switch (what)
        {
            case "model": request.ModelName = "nobody"; break;
            case "version": request.ModelVersion = "9"; break;
            case "input": request.Inputs[0].Name = "pixels"; break;
            case "type": request.Inputs[0].Datatype = "FP32"; break;
            case "shape": request.Inputs[0].Shape.Add(2); break;
            case "two": request.Inputs[0].Contents.BytesContents.Add(ByteString.Empty); break;
            case "bytes": request.Inputs[0].Contents.BytesContents[0] = ByteString.CopyFrom(0xff); break;
            case "length": request.RawInputContents[0] = ByteString.CopyFrom(9, 0, 0, 0, 65); break;
            case "output": request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "logits" }); break;
            case "parameter": request.Parameters["max_tokens"] = new InferParameter { Int64Param = 0 }; break;
            case "number": request.Parameters["temperature"] = new InferParameter { DoubleParam = double.NaN }; break;
        }

        foreach (var asked in (Func<Task>[])[() => AskAsync(channel, InferenceMethods.ModelInfer, request), () => StreamAsync(channel, request)])
        {
            var failure = await Assert.ThrowsAsync<GrpcStatusException>(asked);
            Assert.Equal(status, failure.Code);
            Assert.Contains(named, failure.Status.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_call_whose_request_does_not_come_is_not_waited_for_for_ever()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, [.. GrpcDoor, "--Gateway:DefaultTimeout", "00:00:00.200"]);
        await using var __ = gateway;
        using var channel = ChannelOf(gateway);
        await using var call = await channel.OpenDuplexAsync(InferenceMethods.ModelStreamInfer, GrpcCallOptions.None, CancellationToken.None);
        await using var answers = call.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator();

        Assert.Equal(GrpcStatusCode.InvalidArgument, await StatusAsync(() => Patience.ForAsync(answers.MoveNextAsync().AsTask())));
        await Patience.UntilAsync(() => gateway.InFlight == 0);
    }

    [Fact]
    public async Task A_deadline_and_a_caller_that_leaves_end_the_generation()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (gateway, _) = await RunningGateway.StartWarmAsync(
            async exchange =>
            {
                using var gone = exchange.Aborted.Register(() => left.TrySetResult());
                await exchange.SendAsync(Given.Started());
                await exchange.SendAsync(Given.Tokens("first ", 0));
                await Task.Delay(Timeout.InfiniteTimeSpan, exchange.Aborted).ContinueWith(_ => { }, TaskScheduler.Default);
            },
            GrpcDoor);
        await using var __ = gateway;
        using var channel = ChannelOf(gateway);

        // The gateway's own deadline: the client's would end the call by itself.
        var hurried = new GrpcCallOptions { Metadata = [new("x-timeout", "0.5")] };
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, await StatusAsync(() => channel.CallAsync(InferenceMethods.ModelInfer, Infer("echo", "x"), hurried, CancellationToken.None)));
        await Patience.ForAsync(left.Task);
        left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await using (var call = await channel.OpenDuplexAsync(InferenceMethods.ModelStreamInfer, GrpcCallOptions.None, CancellationToken.None))
        {
            Assert.True(await call.TrySendAsync(Infer("echo", "x"), CancellationToken.None));
            await using var answers = call.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator();
            Assert.True(await Patience.ForAsync(answers.MoveNextAsync().AsTask()));
        }

        await Patience.ForAsync(left.Task);
        await Patience.UntilAsync(() => gateway.InFlight == 0);
    }

    /// <summary>Keys are asked for as of every dialect, in the authorization metadata; health is open, and the kubelet's probe is answered by it.</summary>
    [Fact]
    public async Task Keys_are_asked_for_and_health_is_open()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, [.. GrpcDoor, "--Gateway:RequireApiKeys", "true"]);
        await using var __ = gateway;
        using var channel = ChannelOf(gateway, new KeyValuePair<string, string>("user-agent", "kube-probe/1.33 grpc-go/1.72"));

        var refused = await Assert.ThrowsAsync<GrpcStatusException>(() => AskAsync(channel, InferenceMethods.ModelInfer, Infer("echo", "x")));
        Assert.Equal(GrpcStatusCode.Unauthenticated, refused.Code);
        Assert.Contains("key", refused.Status.Message, StringComparison.Ordinal);
        Assert.Equal(GrpcStatusCode.Unauthenticated, await StatusAsync(() => AskAsync(channel, InferenceMethods.ModelMetadata, new ModelMetadataRequest { Name = "echo" })));
        Assert.Equal(ServingStatus.Serving, (await AskAsync(channel, HealthMethods.Check, new HealthCheckRequest())).Status);
        Assert.True((await AskAsync(channel, InferenceMethods.ServerReady, new ServerReadyRequest())).Ready);
    }

    [Fact]
    public async Task A_key_shows_only_the_models_that_it_opens()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync(null, GrpcDoor);
        await using var _ = gateway;
        await gateway.PublishAsync([Given.Route("echo"), Given.Route("other"), Given.Route("echo", "team-a")], worker);
        var ring = new KeyRing();
        var key = ring.Add(change: made => made.Functions.Add("echo"));
        await gateway.PublishAsync(ring.Update());
        using var channel = ChannelOf(gateway, new KeyValuePair<string, string>("authorization", $"Bearer {key}"));

        Assert.True((await AskAsync(channel, InferenceMethods.ModelReady, new ModelReadyRequest { Name = "echo" })).Ready);
        Assert.Equal("echo", (await AskAsync(channel, InferenceMethods.ModelMetadata, new ModelMetadataRequest { Name = "echo" })).Name);

        foreach (var theirs in (string[])["other", "other@3", "echo.team-a"])
        {
            Assert.False((await AskAsync(channel, InferenceMethods.ModelReady, new ModelReadyRequest { Name = theirs })).Ready);
            Assert.Equal(GrpcStatusCode.NotFound, await StatusAsync(() => AskAsync(channel, InferenceMethods.ModelMetadata, new ModelMetadataRequest { Name = theirs })));
            Assert.Equal(GrpcStatusCode.PermissionDenied, await StatusAsync(() => AskAsync(channel, InferenceMethods.ModelInfer, Infer(theirs, "x"))));
        }
    }

    [Fact]
    public async Task A_prompt_over_the_limit_is_refused_unread_and_HTTP_1_is_told_what_it_lacks()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync(null, [.. GrpcDoor, "--Gateway:MaxBodyBytes", "2048"]);
        await using var _ = gateway;
        using var channel = ChannelOf(gateway);

        Assert.Equal(GrpcStatusCode.ResourceExhausted, await StatusAsync(() => AskAsync(channel, InferenceMethods.ModelInfer, Infer("echo", new string('x', 4_096)))));
        Assert.Equal("0 1 2 3 4 5 ", TextOf(await AskAsync(channel, InferenceMethods.ModelInfer, Infer("echo", "x"))));
        Assert.Single(worker.Exchanges);

        using var call = new HttpRequestMessage(HttpMethod.Post, InferenceMethods.ModelInfer.Path) { Content = new ByteArrayContent([]) };
        call.Content.Headers.ContentType = new("application/grpc");
        using var answer = await gateway.Http.SendAsync(call);
        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
    }

    /// <summary>Where the door has a certificate, who offers HTTP/2 in the handshake has gRPC there, beside everybody else.</summary>
    [Fact]
    public async Task With_a_certificate_the_callers_door_itself_serves_gRPC()
    {
        using var folder = new TempFolder();
        var thumbprint = await OwnCertificate.WriteAsync(folder.File("tls.crt"), folder.File("tls.key"), "door");
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:CertificateFile", folder.File("tls.crt"), "--Gateway:KeyFile", folder.File("tls.key"));
        await using var __ = gateway;
        using var channel = new GrpcChannel(new GrpcChannelOptions
        {
            Servers = ServerAddresses.Parse($"https://127.0.0.1:{gateway.Url.Port}"),
            Tls = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == thumbprint },
        });

        Assert.Equal("0 1 2 3 4 5 ", TextOf(await AskAsync(channel, InferenceMethods.ModelInfer, Infer("echo", "x"))));
    }

    /// <summary>Seeded and bounded: frames that are none, messages that are none. Each call ends with a status of its own, and the door still works.</summary>
    [Fact]
    public async Task No_bytes_make_the_door_fail()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, GrpcDoor);
        await using var __ = gateway;
        using var http = new HttpClient { BaseAddress = new Uri(gateway.Urls.Last()), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var random = new Random(20_261_122);
        var good = Infer("echo", "hello").ToByteArray();
        string[] paths = [InferenceMethods.ModelInfer.Path, InferenceMethods.ModelStreamInfer.Path, InferenceMethods.ModelMetadata.Path, HealthMethods.Check.Path, "/inference.GRPCInferenceService/Nothing"];

        for (var i = 0; i < 400; i++)
        {
            var message = (byte[])good.Clone();

            for (var change = random.Next(6); change > 0; change--)
            {
                message[random.Next(message.Length)] = (byte)random.Next(256);
            }

            byte[] frame = [(byte)(random.Next(8) == 0 ? random.Next(256) : 0), .. BitConverter.GetBytes(random.Next(8) == 0 ? random.Next() : message.Length).Reverse(), .. message];
            using var request = new HttpRequestMessage(HttpMethod.Post, paths[random.Next(paths.Length)])
            {
                Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(frame[..(random.Next(4) == 0 ? random.Next(frame.Length) : frame.Length)]),
            };
            request.Content.Headers.ContentType = new("application/grpc");
            request.Headers.TryAddWithoutValidation("grpc-timeout", random.Next(10) == 0 ? "xS" : "60S");
            using var response = await http.SendAsync(request);
            await response.Content.ReadAsByteArrayAsync();

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.True(response.TrailingHeaders.Contains("grpc-status") || response.Headers.Contains("grpc-status"), $"call {i}");
        }

        using var channel = ChannelOf(gateway);
        Assert.Equal("0 1 2 3 4 5 ", TextOf(await AskAsync(channel, InferenceMethods.ModelInfer, Infer("echo", "x"))));
        await Patience.UntilAsync(() => gateway.InFlight == 0);
    }

    private static GrpcChannel ChannelOf(RunningGateway gateway, params KeyValuePair<string, string>[] metadata) =>
        new(new GrpcChannelOptions { Servers = ServerAddresses.Parse(gateway.Urls.Last()), Metadata = metadata });

    private static Task<TResponse> AskAsync<TRequest, TResponse>(GrpcChannel channel, GrpcMethod<TRequest, TResponse> method, TRequest request)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Patience.ForAsync(channel.CallAsync(method, request, GrpcCallOptions.None, CancellationToken.None));

    private static async Task<List<ModelStreamInferResponse>> StreamAsync(GrpcChannel channel, ModelInferRequest request)
    {
        var answers = new List<ModelStreamInferResponse>();
        await using var call = await channel.OpenDuplexAsync(InferenceMethods.ModelStreamInfer, GrpcCallOptions.None, CancellationToken.None);
        await call.TrySendAsync(request, CancellationToken.None);

        await foreach (var answer in call.ReadAllAsync(CancellationToken.None))
        {
            answers.Add(answer);
        }

        return answers;
    }

    private static async Task<GrpcStatusCode> StatusAsync(Func<Task> call) => (await Assert.ThrowsAsync<GrpcStatusException>(call)).Code;

    private static ModelInferRequest Infer(string model, string text, bool raw = false)
    {
        var input = new ModelInferRequest.Types.InferInputTensor { Name = "text_input", Datatype = "BYTES", Shape = { 1 } };
        var request = new ModelInferRequest { ModelName = model, Inputs = { input } };
        var bytes = ByteString.CopyFromUtf8(text);

        if (raw)
        {
            request.RawInputContents.Add(ByteString.CopyFrom([.. BitConverter.GetBytes(bytes.Length), .. bytes]));
        }
        else
        {
            input.Contents = new InferTensorContents { BytesContents = { bytes } };
        }

        return request;
    }

    private static string TextOf(ModelInferResponse response) => response.RawOutputContents is [var raw]
        ? ByteString.CopyFrom(raw.Span[sizeof(int)..]).ToStringUtf8()
        : response.Outputs.Single().Contents.BytesContents.Single().ToStringUtf8();
}
