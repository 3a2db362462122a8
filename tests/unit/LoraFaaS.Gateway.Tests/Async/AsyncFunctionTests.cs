using System.Net;
using System.Security.Cryptography;
using System.Text;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.Async;

/// <summary>/async-function from the door to the callback, with the controller's queue as a fake at the wire.</summary>
public sealed class AsyncFunctionTests
{
    private const string Path = "/async-function/echo";

    [Fact]
    public async Task Accepted_call_has_its_id_its_time_and_no_body()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        using var response = await PostAsync(gateway, "hello", Path + "/some/path?x=1", ("X-Call-Id", "mine-1"), ("Authorization", "Bearer secret"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("mine-1", response.Headers.GetValues("X-Call-Id").Single());
        Assert.True(long.Parse(response.Headers.GetValues("X-Start-Time").Single(), System.Globalization.CultureInfo.InvariantCulture) > 1_600_000_000_000_000_000);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        var call = gateway.Controller.Calls.Enqueued.Single();
        Assert.Equal(("mine-1", "echo", "openfaas-fn", "/some/path", "?x=1"), (call.CallId, call.Function, call.Namespace, call.Path, call.Query));
        Assert.Equal("hello", call.Body.ToStringUtf8());
        Assert.DoesNotContain("Authorization", call.Headers.Keys);
    }

    [Fact]
    public async Task Leased_call_is_executed_by_the_gateways_own_stations_and_settled()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;
        using var response = await PostAsync(gateway, "hello", Path + "?max_tokens=4", ("X-Call-Id", "mine-1"));

        var executed = (await SettledAsync(gateway, 1)).Single().Executed;

        Assert.Equal((200, "0 1 2 3 "), (executed.Answer.Status, executed.Answer.Body.ToStringUtf8()));
        Assert.StartsWith("text/plain", executed.Answer.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.True(executed.Answer.DurationSeconds > 0);
        Assert.Equal("mine-1", worker.Exchanges.Single().Request.CallId);
    }

    [Fact]
    public async Task A_running_call_that_is_cancelled_is_cut_off_at_the_worker_and_a_second_time_it_is_over()
    {
        var (entered, gone) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (gateway, worker) = await RunningGateway.StartWarmAsync(async exchange =>
        {
            entered.TrySetResult();
            await exchange.SendAsync(Given.Started());
            exchange.Aborted.Register(gone.SetResult);
            await gone.Task;
        });
        await using var _ = gateway;
        gateway.Controller.Calls.LeaseMs = 500;
        using var response = await PostAsync(gateway, "hello", Path, ("X-Call-Id", "mine-1"));
        await Patience.ForAsync(entered.Task);

        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Http.DeleteAsync("/async-function/nobodys")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await gateway.Http.DeleteAsync("/async-function/mine-1")).StatusCode);

        await Patience.ForAsync(gone.Task);
        Assert.Equal(HttpStatusCode.Conflict, (await gateway.Http.DeleteAsync("/async-function/mine-1")).StatusCode);
        Assert.Empty(gateway.Controller.Calls.Settled);
    }

    [Fact]
    public async Task Answer_goes_to_the_callback_signed()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("secret"), "a secret of sufficient length\n");
        await using var receiver = await CallbackReceiver.StartAsync();
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:Async:CallbackSecretFile", folder.File("secret"));
        await using var _ = gateway;

        using var response = await PostAsync(gateway, "hello", Path, ("X-Call-Id", "mine-1"), ("X-Callback-Url", receiver.Url));
        var settled = await SettledAsync(gateway, 2);

        Assert.Equal("", settled[1].Delivered.Error);
        var (headers, body) = Assert.Single(receiver.Received);
        Assert.Equal("0 1 2 3 4 5 ", body);
        Assert.Equal(("mine-1", "200", "echo"), (headers["X-Call-Id"], headers["X-Function-Status"], headers["X-Function-Name"]));
        Assert.Matches(@"^\d+\.\d{6}$", headers["X-Duration-Seconds"]);
        Assert.Equal(response.Headers.GetValues("X-Start-Time").Single(), headers["X-Start-Time"]);
        Assert.StartsWith("text/plain", headers["Content-Type"], StringComparison.Ordinal);
        var mac = HMACSHA256.HashData("a secret of sufficient length"u8, Encoding.UTF8.GetBytes("mine-1.200." + body));
        Assert.Equal("sha256=" + Convert.ToHexStringLower(mac), headers["X-Lorafaas-Signature"]);
    }

    [Theory]
    [InlineData("echo.openfaas-fn")]
    [InlineData("echo@3")]
    public async Task The_callback_names_the_function_as_its_caller_did(string name)
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        using var response = await PostAsync(gateway, "hello", "/async-function/" + name, ("X-Callback-Url", receiver.Url), ("X-Lorafaas-Called-As", "forged"));
        await SettledAsync(gateway, 2);

        Assert.Equal(name, Assert.Single(receiver.Received).Headers["X-Function-Name"]);
        Assert.Equal(3, Assert.Single(worker.Exchanges).Request.Revision.Number);
    }

    [Theory]
    [InlineData(500, false)]
    [InlineData(503, false)]
    [InlineData(429, false)]
    [InlineData(404, true)]
    [InlineData(302, true)]
    public async Task Callback_that_refuses_is_told_to_the_controller(int status, bool isFinal)
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        receiver.Status = status;
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        using var response = await PostAsync(gateway, "hello", Path, ("X-Callback-Url", receiver.Url));
        var delivered = (await SettledAsync(gateway, 2))[1].Delivered;

        Assert.Equal(($"it answered {status}", isFinal), (delivered.Error, delivered.IsFinal));
    }

    [Theory]
    [InlineData("not a url")]
    [InlineData("ftp://example.com/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://user:password@example.com/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    public async Task Bad_callback_is_400(string url)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        using var response = await PostAsync(gateway, "hello", Path, ("X-Callback-Url", url));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("X-Callback-Url", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(gateway.Controller.Calls.Enqueued);
    }

    [Fact]
    public async Task Private_callbacks_are_refused_where_they_are_not_allowed_by_address_and_by_name()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:Async:PrivateCallbacks", "false");
        await using var _ = gateway;

        using var byAddress = await PostAsync(gateway, "hello", Path, ("X-Callback-Url", receiver.Url));
        Assert.Equal(HttpStatusCode.BadRequest, byAddress.StatusCode);

        // A name is only looked up when the connection is made.
        using var byName = await PostAsync(gateway, "hello", Path, ("X-Callback-Url", receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.Accepted, byName.StatusCode);
        Assert.Contains("allowed to go to", (await SettledAsync(gateway, 2))[1].Delivered.Error, StringComparison.Ordinal);
        Assert.Empty(receiver.Received);
    }

    [Fact]
    public async Task Refusals_have_their_statuses()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        using var unknown = await PostAsync(gateway, "x", "/async-function/nobody");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains("error finding function nobody.openfaas-fn", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var get = await gateway.Http.GetAsync(Path);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);

        using var large = await PostAsync(gateway, new string('x', (1 << 20) + 1), Path);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        using var largest = await PostAsync(gateway, new string('x', 1 << 20), Path);
        Assert.Equal(HttpStatusCode.Accepted, largest.StatusCode);

        gateway.Controller.Calls.OnEnqueue = _ => new EnqueueReply { ErrorCode = "queue_full", ErrorMessage = "full", RetryAfterMs = 4_500 };
        using var full = await PostAsync(gateway, "x", Path);
        Assert.Equal(((HttpStatusCode)429, "5"), (full.StatusCode, full.Headers.RetryAfter?.ToString()));
    }

    [Fact]
    public async Task Without_the_controllers_word_nothing_is_accepted()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;
        gateway.Controller.Calls.OnEnqueue = _ => throw new Protocol.Grpc.GrpcStatusException(Protocol.Grpc.GrpcStatusCode.Unavailable, "disk full");

        using var response = await PostAsync(gateway, "x", Path);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task Failed_execution_is_settled_with_its_status_and_its_patience()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(
            exchange => exchange.RefuseAsync(429, "queue_full", "busy", retryAfterSeconds: 7), "--Gateway:RecoveryWindow", "00:00:00");
        await using var _ = gateway;

        using var response = await PostAsync(gateway, "x", Path);
        var executed = (await SettledAsync(gateway, 1)).Single().Executed;

        Assert.Equal((429, 7_000L, false), (executed.Answer.Status, executed.RetryAfterMs, executed.FunctionGone));
    }

    [Fact]
    public async Task Function_that_was_removed_is_told_as_gone()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;
        gateway.Controller.Calls.Lease(new CallRequest { CallId = "c-1", Namespace = "openfaas-fn", Function = "removed" });

        var executed = (await SettledAsync(gateway, 1)).Single().Executed;

        Assert.Equal((true, 503), (executed.FunctionGone, executed.Answer.Status));
    }

    [Fact]
    public async Task Lost_lease_ends_the_execution_and_settles_nothing()
    {
        var cancelled = new TaskCompletionSource();
        var (gateway, _) = await RunningGateway.StartWarmAsync(async exchange =>
        {
            using var gone = exchange.Aborted.Register(() => cancelled.TrySetResult());
            await exchange.SendAsync(Given.Started());
            await cancelled.Task;
        });
        await using var _ = gateway;
        gateway.Controller.Calls.LeaseMs = 600;
        gateway.Controller.Calls.Lost["c-1"] = true;

        using var response = await PostAsync(gateway, "x", Path, ("X-Call-Id", "c-1"));

        await Patience.ForAsync(cancelled.Task);
        await Patience.UntilAsync(() => gateway.InFlight == 0);
        Assert.Empty(gateway.Controller.Calls.Settled);
    }

    private static Task<HttpResponseMessage> PostAsync(RunningGateway gateway, string text, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(text, Encoding.UTF8, "text/plain") };

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return gateway.Http.SendAsync(request);
    }

    private static async Task<List<SettleRequest>> SettledAsync(RunningGateway gateway, int count)
    {
        await Patience.UntilAsync(() => gateway.Controller.Calls.Settled.Count >= count);
        return [.. gateway.Controller.Calls.Settled];
    }
}
