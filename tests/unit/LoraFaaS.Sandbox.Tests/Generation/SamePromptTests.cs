using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Sandbox.Tests.Harness;

namespace LoraFaaS.Sandbox.Tests.Generation;

/// <summary>
/// Several answers to one prompt: it is run through the backbone once, each says what it says alone to the last bit, and no page is lost.
/// The loop runs on the test's own thread, and the backend counts the tokens that it is given.
/// </summary>
[Collection(DemoTests.Name)]
public sealed class SamePromptTests(DemoWorld demo)
{
    private const int PageBytes = 16 << 10;
    private const int PagesPerBlock = 3;
    private const int Answers = 4;
    private const int Said = 30;

    /// <summary>With a part of a block at its end, without one, and shorter than one.</summary>
    public static TheoryData<int, bool> Prompts => [.. from length in (int[])[100, 96, 97, 7, 1] from isSeeded in (bool[])[false, true] select (length, isSeeded)];

    [Theory]
    [MemberData(nameof(Prompts))]
    public async Task Four_answers_in_a_busy_batch_compute_their_prompt_once(int length, bool isSeeded)
    {
        using var loop = new PostedLoop(demo, Options());
        loop.Generate(90, Request(Prompt(70, from: 900), 0, isSeeded));
        Post(loop, Answers, length, isSeeded);
        loop.Generate(91, Request(Prompt(33, from: 1_200), 1, isSeeded));
        var events = await loop.RunAsync();

        // Of each answer the first token comes of its prompt's logits.
        Assert.Equal(70 + length + 33 + ((Answers + 2) * (Said - 1)), loop.Backend.Tokens);
        await AssertAsAloneAsync(events, Answers, length, isSeeded);
        Assert.Equal(0, events[1][^1].Finished.CachedPromptTokens);
        Assert.All(Enumerable.Range(2, Answers - 1), answer => Assert.Equal(length, events[(ulong)answer][^1].Finished.CachedPromptTokens));
        Assert.True(loop.IsEmpty);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task More_answers_than_a_step_has_rows_for_compute_one_token_more_each_time_some_begin(bool isSeeded)
    {
        const int Length = 100;
        const int Many = 7;
        using var loop = new PostedLoop(demo, Options() with { MaxSequences = 2 });
        Post(loop, Many, Length, isSeeded);
        var events = await loop.RunAsync();

        Assert.InRange(loop.Backend.Tokens - (Many * (Said - 1)), Length, Length + Many - 2);
        await AssertAsAloneAsync(events, Many, Length, isSeeded);
        Assert.True(loop.IsEmpty);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_pages_for_all_of_them_some_are_preempted_and_say_the_same(bool isSeeded)
    {
        const int Length = 100;

        // Seven blocks hold the prompt and each answer writes three of its own: room for half of them.
        using var loop = new PostedLoop(demo, Options() with { DeviceBytes = 12 * PagesPerBlock * PageBytes });
        Post(loop, Answers, Length, isSeeded);
        var events = await loop.RunAsync();

        Assert.NotEqual(0ul, loop.Preemptions);
        await AssertAsAloneAsync(events, Answers, Length, isSeeded);
        Assert.True(loop.IsEmpty);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public async Task When_the_first_is_cancelled_the_others_go_on(int step)
    {
        const int Length = 100;

        // Four steps for the prompt: the second is in its midst, the eighth when all speak.
        using var loop = new PostedLoop(demo, Options() with { MaxStepTokens = 32 }, inStep: (running, at) =>
        {
            if (at == step)
            {
                running.Cancel(1);
            }
        });
        Post(loop, Answers, Length, isSeeded: true);
        var events = await loop.RunAsync();

        Assert.Equal(ErrorCode.Cancelled.ToWire(), events[1][^1].Failed.Code);
        await AssertAsAloneAsync(events, Answers, Length, isSeeded: true, but: 1);
        Assert.True(loop.IsEmpty);
    }

    [Fact]
    public async Task One_that_comes_while_another_speaks_computes_its_last_token_only()
    {
        const int Length = 110;
        using var loop = new PostedLoop(demo, Options(), inStep: (running, at) =>
        {
            if (at == 5)
            {
                running.Generate(2, Request(Prompt(Length), 1, isSeeded: true));
                running.Drain();
            }
        });
        loop.Generate(1, Request(Prompt(Length), 0, isSeeded: true));
        var events = await loop.RunAsync(isAll: false);

        Assert.Equal(Length + 1 + (2 * (Said - 1)), loop.Backend.Tokens);
        Assert.Equal(Length - 1, events[2][^1].Finished.CachedPromptTokens);
        await AssertAsAloneAsync(events, 2, Length, isSeeded: true);
        Assert.True(loop.IsEmpty);
    }

    [Fact]
    public async Task Nobody_waits_for_one_whose_reader_has_no_room()
    {
        const int Length = 100;
        using var loop = new PostedLoop(demo, Options(), inStep: (running, at) =>
        {
            if (at == Said + 4)
            {
                running.Cancel(1);
            }
        });
        loop.Generate(1, Request(Prompt(Length), 0, isSeeded: false), credits: 0);
        loop.Generate(2, Request(Prompt(Length), 0, isSeeded: false));
        loop.Generate(3, Request(Prompt(20, from: 700), 0, isSeeded: false, said: Said + 20));
        var events = await loop.RunAsync();

        Assert.Equal(Said, events[2][^1].Finished.CompletionTokens);
        Assert.NotNull(events[1][^1].Failed);
        Assert.True(loop.IsEmpty);
    }

    [Fact]
    public async Task Another_revision_computes_the_same_prompt_for_itself()
    {
        using var loop = new PostedLoop(demo, Options());
        loop.Generate(1, Request(Prompt(50), 0, isSeeded: false));
        loop.Generate(2, Request(Prompt(50), 0, isSeeded: false, change: r => r.Revision.Number = 2));
        loop.Generate(3, Request(Prompt(50), 0, isSeeded: false, change: r => r.Revision.Function = "another"));
        var events = await loop.RunAsync();

        Assert.Equal(3 * (50 + Said - 1), loop.Backend.Tokens);
        Assert.All(events.Values, told => Assert.Equal(0, told[^1].Finished.CachedPromptTokens));
    }

    [Fact]
    public async Task Prompts_that_are_judged_are_computed_beside_answers_that_share_theirs_and_once_for_all_of_them()
    {
        const int Length = 100;
        using var loop = new PostedLoop(demo, Options());

        for (var answer = 0; answer < Answers; answer++)
        {
            loop.Generate((ulong)answer + 1, Request(Prompt(Length), answer, isSeeded: true, change: r => r.Sampling.Echo = answer % 2 == 1));
        }

        loop.Generate(Answers + 1, Request(Prompt(Length), 1, isSeeded: true, change: r => (r.Sampling.Echo, r.Sampling.TopLogprobs) = (true, 0)));
        var events = await loop.RunAsync();

        // The first and the third share it, the second and the fourth another computation with all of its logits; the last wants other numbers than they.
        Assert.Equal((3 * Length) + ((Answers + 1) * (Said - 1)), loop.Backend.Tokens);
        Assert.Equal([0, Length, 0, Length, Length], Enumerable.Range(1, Answers + 1).Select(answer => ScoresOf(events[(ulong)answer]).Count));
        Assert.Equal(ScoresOf(events[2]), ScoresOf(events[4]));
        Assert.Equal(Length, events[4][^1].Finished.CachedPromptTokens);
        Assert.All(ScoresOf(events[Answers + 1]), score => Assert.Empty(score.Top));
        await AssertAsAloneAsync(events, Answers, Length, isSeeded: true);
        Assert.True(loop.IsEmpty);
    }

    /// <summary>Together, more than a step has rows for, without pages for all, and one that comes while another speaks.</summary>
    [Theory]
    [InlineData(8, 16 << 20, false)]
    [InlineData(2, 16 << 20, false)]
    [InlineData(8, 12 * PagesPerBlock * PageBytes, false)]
    [InlineData(8, 16 << 20, true)]
    public async Task A_prompt_that_several_answers_repeat_is_judged_as_for_one_alone(int rows, long deviceBytes, bool isPromptOnly)
    {
        const int Length = 100;
        using var alone = new PostedLoop(demo, Options());
        alone.Generate(1, Judged(0));
        var judged = ScoresOf((await alone.RunAsync())[1]);

        using var loop = new PostedLoop(demo, Options() with { MaxSequences = rows, DeviceBytes = deviceBytes, MaxStepTokens = 32 }, inStep: (running, at) =>
        {
            // Four steps for the prompt: who has nothing else to say ends with the fourth.
            if (at == (isPromptOnly ? 3 : 6))
            {
                running.Generate(Answers + 1, Judged(Answers));
                running.Drain();
            }
        });

        for (var answer = 0; answer < Answers; answer++)
        {
            loop.Generate((ulong)answer + 1, Judged(answer));
        }

        var events = await loop.RunAsync(isAll: false);

        Assert.All(events.Values, told => Assert.Equal(judged, ScoresOf(told)));
        Assert.Equal(Length, judged.Count);
        Assert.True(loop.IsEmpty);

        GenerateRequest Judged(int answer) => Request(Prompt(Length), answer, isSeeded: true, change: r =>
            (r.Sampling.Echo, r.Sampling.PromptOnly, r.Sampling.MaxTokens) = (true, isPromptOnly, isPromptOnly ? 1 : Said));
    }

    [Fact]
    public async Task When_who_judges_a_prompt_is_cancelled_the_next_judges_it()
    {
        const int Length = 100;
        using var loop = new PostedLoop(demo, Options() with { MaxStepTokens = 32 }, inStep: (running, at) =>
        {
            if (at == 2)
            {
                running.Cancel(1);
            }
        });

        for (var answer = 0; answer < 3; answer++)
        {
            loop.Generate((ulong)answer + 1, Request(Prompt(Length), answer, isSeeded: true, change: r => r.Sampling.Echo = true));
        }

        var events = await loop.RunAsync();

        Assert.Equal(ErrorCode.Cancelled.ToWire(), events[1][^1].Failed.Code);
        Assert.Equal(Length, ScoresOf(events[2]).Count);
        Assert.Equal(ScoresOf(events[2]), ScoresOf(events[3]));
        await AssertAsAloneAsync(events, 3, Length, isSeeded: true, but: 1);
        Assert.True(loop.IsEmpty);
    }

    private static IList<TokenLogprob> ScoresOf(List<GenerateEvent> events) => events.Single(e => e.Started is not null).Started.PromptLogprobs;

    private static void Post(PostedLoop loop, int answers, int length, bool isSeeded)
    {
        for (var answer = 0; answer < answers; answer++)
        {
            loop.Generate((ulong)answer + 1, Request(Prompt(length), answer, isSeeded));
        }
    }

    private async Task AssertAsAloneAsync(Dictionary<ulong, List<GenerateEvent>> events, int answers, int length, bool isSeeded, ulong but = 0)
    {
        for (var answer = 0; answer < answers; answer++)
        {
            var sequence = (ulong)answer + 1;

            if (sequence == but)
            {
                continue;
            }

            using var alone = new PostedLoop(demo, Options());
            alone.Generate(1, Request(Prompt(length), answer, isSeeded));
            Assert.Equal(Words((await alone.RunAsync())[1]), Words(events[sequence]));
        }
    }

    private static EngineOptions Options() => new() { Threads = 1, DeviceBytes = 16 << 20, MaxSequences = 8, MaxStepTokens = 256 };

    private static int[] Prompt(int length, int from = 300) => [.. Enumerable.Range(0, length).Select(i => from + (i * 37 % 1_000))];

    private static GenerateRequest Request(int[] prompt, int answer, bool isSeeded, int said = Said, Action<GenerateRequest>? change = null) => Requests.Tokens("", prompt, r =>
    {
        (r.Sampling.IgnoreEos, r.Sampling.MaxTokens, r.Sampling.TopLogprobs) = (true, said, 2);

        if (isSeeded)
        {
            (r.Sampling.Temperature, r.Sampling.Seed) = (1, 40 + answer);
        }

        change?.Invoke(r);
    });

    /// <summary>Tokens and log-probabilities, to the last bit.</summary>
    private static string Words(List<GenerateEvent> events) => string.Join(' ', events
        .Where(e => e.Tokens is not null)
        .SelectMany(e => e.Tokens.Ids.Zip(e.Tokens.Logprobs, (id, logprob) => $"{id}:{BitConverter.SingleToInt32Bits(logprob.Logprob):x}")));
}
