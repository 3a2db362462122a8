using System.Globalization;
using System.Net;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>No function takes the whole door, and no worker more of it than it may.</summary>
public sealed class BoundTests
{
    [Theory]
    [InlineData("--Gateway:MaxPerFunction", "invocations of echo.openfaas-fn are under way")]
    [InlineData("--Gateway:MaxPerWorker", "from this gateway are under way at the worker")]
    public async Task Beyond_the_bound_of_a_function_or_a_worker_the_answer_is_429_with_the_time_to_come_back(string bound, string says)
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var (gateway, worker) = await RunningGateway.StartWarmAsync(
            async exchange =>
            {
                entered.TrySetResult();
                await release.Task;
                await FakeWorker.CountAsync(exchange);
            },
            bound, "1");
        await using var __ = gateway;
        var first = gateway.InvokeAsync("x");
        await Patience.ForAsync(entered.Task);

        var refused = await gateway.InvokeAsync("x");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Contains(says, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.InRange(int.Parse(Assert.Single(refused.Headers.GetValues("Retry-After")), CultureInfo.InvariantCulture), 1, 60);
        Assert.Single(worker.Exchanges);

        release.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        await Patience.UntilAsync(async cancellationToken =>
            (await gateway.InvokeAsync("x", cancellationToken: cancellationToken)).StatusCode is HttpStatusCode.OK);
    }
}
