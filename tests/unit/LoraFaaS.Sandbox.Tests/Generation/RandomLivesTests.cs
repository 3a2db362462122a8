using LoraFaaS.Sandbox.Tests.Harness;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Sandbox.Tests.Generation;

[Collection(DemoTests.Name)]
public sealed class RandomLivesTests(DemoWorld demo)
{
    private const int PageBytes = 16 << 10;

    /// <summary>Cancelled, parked, preempted, resumed, refused, on adapters that come and go: in the end only the adapters hold pages, and everyone was answered.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_happens_to_sequences_no_page_is_lost(int seed)
    {
        var random = new Random(seed);
        string[] adapters = ["sentiment", "normalise"];
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, adapters, open =>
        {
            open.MaxStepTokens = 1 + random.Next(100);
            open.MaxSequences = 1 + random.Next(12);
            open.DeviceBytes = demo.Adapter("sentiment").Length + demo.Adapter("normalise").Length + (30 * 3 * PageBytes);
        });

        await Patience.UntilAsync(() => sandbox.Worker.Load.PagesUsed > 0);
        var resting = sandbox.Worker.Load.PagesUsed;
        var lives = new List<TestGeneration>();

        for (var i = 0; i < 60; i++)
        {
            lives.Add(await StartAsync(sandbox, random, adapters));

            if (random.Next(3) == 0)
            {
                await lives[random.Next(lives.Count)].CancelAsync(cause: 1);
            }
        }

        foreach (var life in lives)
        {
            await sandbox.Worker.CreditAsync(life.Id, 1_000);
            await life.EndedAsync();
        }

        await Patience.UntilAsync(() => sandbox.Worker.Load is { Running: 0, Waiting: 0 } load && load.PagesUsed == resting);
        Assert.DoesNotContain("Error", sandbox.Log, StringComparison.Ordinal);
    }

    private static Task<TestGeneration> StartAsync(InProcessSandbox sandbox, Random random, string[] adapters)
    {
        // Of a few prompts, so that several are under way at once.
        var words = new Random(random.Next(9));
        var prompt = Enumerable.Range(0, words.Next(1, 200)).Select(_ => words.Next(2_500)).ToList();
        var request = Requests.Tokens(random.Next(3) is var which && which < 2 ? adapters[which] : "", prompt, r =>
        {
            (r.Sampling.Temperature, r.Sampling.TopP, r.Sampling.MaxTokens) = (random.Next(2), 0.9f, 1 + random.Next(40));
            (r.Stream, r.Revision.SloTtftMs) = (random.Next(2) == 0, random.Next(3_000));
            r.ResumeTokens.AddRange(Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(2_500)));
        });

        return sandbox.Worker.GenerateAsync(request, credits: random.Next(5), returnsCredits: random.Next(2) == 0);
    }
}
