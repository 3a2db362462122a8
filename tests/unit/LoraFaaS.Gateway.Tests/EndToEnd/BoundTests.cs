using System.Globalization;
using System.Net;
using LoraFaaS.Contracts.Units;
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

    [Fact]
    public async Task A_function_that_bounds_itself_has_others_wait_and_who_leaves_the_line_is_not_waited_for()
    {
        var release = new SemaphoreSlim(0);
        await using var gateway = await RunningGateway.StartAsync();
        var worker = await gateway.AddWorkerAsync("w1", async exchange =>
        {
            await release.WaitAsync();
            await FakeWorker.CountAsync(exchange);
        });
        var route = Given.Route("echo", placements: (worker.Id, StorageTier.Device));
        route.Revision.MaxConcurrent = 1;
        await gateway.PublishAsync([route], worker);
        using var leaving = new CancellationTokenSource();

        var first = gateway.InvokeAsync("x");
        await Patience.UntilAsync(() => worker.Exchanges.Count == 1);
        var gone = gateway.InvokeAsync("x", cancellationToken: leaving.Token);
        var waiting = Enumerable.Range(0, 9).Select(_ => gateway.InvokeAsync("x")).ToList();
        await Patience.UntilAsync(() => gateway.InFlight == 11);

        using (var refused = await UntilRefusedAsync(gateway))
        {
            Assert.Contains("as many as it lets", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.InRange(int.Parse(Assert.Single(refused.Headers.GetValues("Retry-After")), CultureInfo.InvariantCulture), 1, 60);
        }

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await Patience.UntilAsync(() => gateway.InFlight == 10);
        Assert.Single(worker.Exchanges);
        release.Release(100);

        foreach (var call in waiting.Append(first))
        {
            Assert.Equal(HttpStatusCode.OK, (await Patience.ForAsync(call)).StatusCode);
        }

        Assert.Equal(10, worker.Exchanges.Count);
    }

    /// <summary>In flight is counted a little before a call stands in line: until the last of them does, one more is taken into it and leaves it again.</summary>
    private static async Task<HttpResponseMessage> UntilRefusedAsync(RunningGateway gateway)
    {
        while (true)
        {
            using var impatience = new CancellationTokenSource(TimeSpan.FromSeconds(1));

            try
            {
                return await gateway.InvokeAsync("x", cancellationToken: impatience.Token);
            }
            catch (OperationCanceledException)
            {
                // It stood in line.
            }
        }
    }
}
