using System.Globalization;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>Two versions of one function on real processes: canary, promotion, and a rollback under running streams.</summary>
[Collection(DemoGroup.Name)]
public sealed class TrafficTests(DemoPlatform demo)
{
    private const int Calls = 100;

    private RunningPlatform Platform => demo.Running;

    [Fact]
    public async Task A_canary_gets_its_share_and_a_rollback_under_load_loses_nothing()
    {
        var (prompt, old) = DemoData.First("sentiment");
        var (_, fresh) = (prompt, await Platform.AnswerAsync("en-fr", prompt));
        Assert.NotEqual(old, fresh);

        await RunAsync("deploy", "shop", "--image", "lora://lory-5m/sentiment");
        await RunAsync("deploy", "shop", "--image", "lora://lory-5m/en-fr", "--canary", "10");
        await ServesAsync("shop@2");

        // Which calls are the canary's is decided by their ids alone: the same ids, the same revisions, twice.
        var first = await RevisionsAsync(prompt, old, fresh);
        Assert.InRange(first.Count(revision => revision == 2), 2, 25);
        Assert.Equal(first, await RevisionsAsync(prompt, old, fresh));

        Assert.Contains("rev1=90 rev2=10", await RunAsync("traffic", "shop"), StringComparison.Ordinal);
        Assert.Contains("shop-00002", await RunAsync("revisions", "shop"), StringComparison.Ordinal);

        await RunAsync("promote", "shop");
        await Patience.UntilAsync(async _ => await RevisionOfAsync("shop", prompt) == 2);
        Assert.Contains("draining", await RunAsync("revisions", "shop"), StringComparison.Ordinal);

        await RollBackUnderLoadAsync(prompt, old, fresh);

        // The revision that was taken back is warm still, and answers who names it.
        Assert.Equal(fresh, await Platform.AnswerAsync("shop@2", prompt));
        await RunAsync("remove", "shop");
    }

    private async Task RollBackUnderLoadAsync(string prompt, string old, string fresh)
    {
        using var done = new CancellationTokenSource();
        var streams = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Platform.InvokeAsync("shop?max_tokens=300&ignore_eos=true", prompt, "text/event-stream")));
        var load = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => CallAsync(prompt, old, fresh, done.Token))));

        await RunAsync("rollback", "shop");
        await Patience.UntilAsync(async _ => await RevisionOfAsync("shop", prompt) == 1);
        await done.CancelAsync();
        Assert.All(await load, calls => Assert.True(calls > 0));

        foreach (var stream in streams)
        {
            Assert.Equal("2", stream.Headers.GetValues("X-Lorafaas-Revision").Single());
            Assert.Contains("event: done", await stream.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            stream.Dispose();
        }
    }

    /// <summary>Calls one after another; each answer is its revision's own, and none fails.</summary>
    private async Task<int> CallAsync(string prompt, string old, string fresh, CancellationToken done)
    {
        var calls = 0;

        do
        {
            using var response = await Platform.InvokeAsync("shop", prompt);
            var body = await response.Content.ReadAsStringAsync(CancellationToken.None);
            Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {body}");
            Assert.Equal(RevisionOf(response) == 1 ? old : fresh, body);
            calls++;
        }
        while (!done.IsCancellationRequested);

        return calls;
    }

    private async Task<List<int>> RevisionsAsync(string prompt, string old, string fresh)
    {
        var revisions = new List<int>(Calls);

        for (var call = 0; call < Calls; call++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "function/shop") { Content = new StringContent(prompt) };
            request.Headers.Add("X-Call-Id", string.Create(CultureInfo.InvariantCulture, $"shop-call-{call}"));
            using var response = await Platform.Http.SendAsync(request);
            var revision = RevisionOf(response);
            Assert.Equal(revision == 1 ? old : fresh, await response.Content.ReadAsStringAsync());
            revisions.Add(revision);
        }

        return revisions;
    }

    private async Task<int> RevisionOfAsync(string function, string prompt)
    {
        using var response = await Platform.InvokeAsync(function, prompt);
        return RevisionOf(response);
    }

    private static int RevisionOf(HttpResponseMessage response) =>
        int.Parse(response.Headers.GetValues("X-Lorafaas-Revision").Single(), CultureInfo.InvariantCulture);

    private Task ServesAsync(string function) => Patience.UntilAsync(async _ =>
    {
        using var response = await Platform.InvokeAsync(function, "x");
        return response.IsSuccessStatusCode;
    });

    private async Task<string> RunAsync(params string[] arguments)
    {
        var result = await LorafaasCommand.RunAsync(Platform.DataFolder, null, arguments);
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Output;
    }
}
