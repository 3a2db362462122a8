using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Policies.Tests.Batching;

public sealed class StepTokenPolicyTests
{
    /// <summary>Milliseconds that a machine takes: memory and arithmetic go on side by side, so a step takes the longer of both.</summary>
    private delegate double Machine(StepLoad load);

    [Fact]
    public void Nobody_decodes_so_nothing_bounds_the_step() =>
        Assert.Equal(int.MaxValue, StepTokenPolicy.Decide([Prompt(0)], new StepTimeModel()));

    [Fact]
    public void Others_promises_bound_a_step_that_nobody_decodes_in_and_one_in_which_somebody_does()
    {
        var model = new StepTimeModel();
        Assert.Equal(64, StepTokenPolicy.MostTokens([Prompt(0)], model, TimeSpan.FromMilliseconds(50)));
        Assert.Equal(int.MaxValue, StepTokenPolicy.MostTokens([Prompt(0), Decoding()], model, null));

        model.Observe(new StepLoad(0, 100, 0), TimeSpan.FromMilliseconds(100));
        Assert.Equal(50, StepTokenPolicy.MostTokens([Prompt(0)], model, TimeSpan.FromMilliseconds(50)));
        Assert.Equal(StepTokenPolicy.LeastAlone + 1, StepTokenPolicy.MostTokens([Prompt(0), Decoding()], model, TimeSpan.FromMilliseconds(5)));

        model.Observe(new StepLoad(1, 0, 0), TimeSpan.FromMilliseconds(20));
        Assert.Equal(5, StepTokenPolicy.Decide([Prompt(0), Decoding()], model, TimeSpan.FromMilliseconds(24)));
    }

    [Fact]
    public void A_promised_first_token_has_its_room_in_pieces_where_others_bound_the_step_and_then_decodes_have_one()
    {
        var model = new StepTimeModel();
        var (bound, none) = (TimeSpan.FromMilliseconds(30), TimeSpan.Zero);
        StepSequence[] promised = [Prompt(0) with { SloTtft = TimeSpan.FromSeconds(1) }, Decoding()];
        Assert.False(StepTokenPolicy.DecodesWait(promised, model, bound, none));

        model.Observe(new StepLoad(1, 0, 0), TimeSpan.FromMilliseconds(20));
        Assert.True(StepTokenPolicy.DecodesWait(promised, model, bound, none));

        // Three decodes' time is what one step beside them would give it.
        Assert.True(StepTokenPolicy.DecodesWait(promised, model, bound, TimeSpan.FromMilliseconds(59)));
        Assert.False(StepTokenPolicy.DecodesWait(promised, model, bound, TimeSpan.FromMilliseconds(60)));

        Assert.False(StepTokenPolicy.DecodesWait(promised, model, null, none));
        Assert.False(StepTokenPolicy.DecodesWait(promised, model, TimeSpan.FromMilliseconds(80), none));
        Assert.False(StepTokenPolicy.DecodesWait([Prompt(0), Decoding()], model, bound, none));
        Assert.False(StepTokenPolicy.DecodesWait([promised[0], Decoding() with { SloTpot = TimeSpan.FromMilliseconds(100) }], model, bound, none));
    }

    [Fact]
    public void Prompts_that_came_together_are_computed_one_after_the_other_unless_they_are_tiny()
    {
        StepSequence Waiting(int key, int tokens, long due) => Prompt(0) with { Key = key, Tokens = tokens, Due = due, Arrival = key };

        Assert.Equal(128, StepTokenPolicy.MostTokens([Waiting(1, 300, 7), Waiting(2, 128, 5), Waiting(3, 200, 6)], new StepTimeModel(), null));
        Assert.Equal(StepTokenPolicy.Together, StepTokenPolicy.MostTokens([Waiting(1, 20, 5), Waiting(2, 10, 6), Waiting(3, 15, 7)], new StepTimeModel(), null));
        Assert.Equal(300, StepTokenPolicy.MostTokens([Waiting(1, 300, 7), Waiting(2, 128, 5) with { HasCredit = false }], new StepTimeModel(), null));
    }

    [Fact]
    public void One_step_goes_without_a_prompt_before_the_first_chunk_which_is_small()
    {
        var model = new StepTimeModel();
        Assert.Equal(0, StepTokenPolicy.Decide([Prompt(0), Decoding()], model));

        model.Observe(new StepLoad(1, 0, 0), TimeSpan.FromMilliseconds(20));
        Assert.InRange(StepTokenPolicy.Decide([Prompt(0), Decoding()], model), 1, 8);
    }

    [Fact]
    public void What_steps_take_with_fewer_threads_is_guessed_until_it_is_known()
    {
        var (all, half) = (Learnt(), new StepTimeModel());
        half.Guess(all, 2);

        Assert.Equal(2 * all.DecodeTime(1)!.Value.TotalMilliseconds, half.DecodeTime(1)!.Value.TotalMilliseconds, 3);
        Assert.Equal(2 * all.TokenTime(100)!.Value.TotalMilliseconds, half.TokenTime(100)!.Value.TotalMilliseconds, 3);
        Assert.Equal(all.MostBeside, half.MostBeside);

        for (var i = 0; i < 20; i++)
        {
            half.Observe(new StepLoad(1, 0, 0), TimeSpan.FromMilliseconds(7));
        }

        Assert.InRange(half.DecodeTime(1)!.Value.TotalMilliseconds, 6.9, 10);

        // What is known is not guessed again.
        half.Guess(all, 2);
        Assert.InRange(half.DecodeTime(1)!.Value.TotalMilliseconds, 6.9, 10);
    }

    /// <summary>Whatever the machine: the mean step beside a long prompt stays within twice the undisturbed one, and does not stay far below.</summary>
    [Theory]
    [InlineData(44, 4)]
    [InlineData(44, 0.5)]
    [InlineData(2, 0.05)]
    [InlineData(300, 40)]
    public void Those_who_decode_wait_less_than_twice_as_long(double memory, double perToken)
    {
        double Time(StepLoad load) => Math.Max(memory, perToken * (load.DecodeRows + load.PrefillTokens)) + (load.PrefillContext * perToken / 50_000);
        var (undisturbed, steps) = Run(Time, promptTokens: 6_000);

        Assert.InRange(steps.Average(), 1.4 * undisturbed, 2 * undisturbed);
        Assert.True(steps.Count(step => step > 2.2 * undisturbed) <= 2);
    }

    [Fact]
    public void A_promise_bounds_the_step_instead()
    {
        double Time(StepLoad load) => 20 + (0.5 * load.PrefillTokens);
        var tight = Run(Time, promptTokens: 1_000, TimeSpan.FromMilliseconds(30)).Steps;
        var loose = Run(Time, promptTokens: 6_000, TimeSpan.FromMilliseconds(100)).Steps;

        Assert.InRange(tight.Average(), 20, 30);
        Assert.InRange(loose.Skip(20).Average(), 70, 100);
    }

    [Fact]
    public void A_promise_that_cannot_be_kept_does_not_keep_a_prompt_out()
    {
        var (_, steps) = Run(load => 20 + load.PrefillTokens, promptTokens: 400, TimeSpan.FromMilliseconds(1));

        Assert.InRange(steps.Count, 1, 400 / 4);
        Assert.True(steps.Average() <= 1.3 * 20);
    }

    [Fact]
    public void A_promised_first_token_goes_before_times_between_tokens_that_nobody_promised()
    {
        var model = Learnt();
        var unsaid = StepTokenPolicy.Decide([Prompt(0), Decoding()], model);
        var promised = StepTokenPolicy.Decide([Prompt(0) with { SloTtft = TimeSpan.FromSeconds(1) }, Decoding()], model);
        var both = StepTokenPolicy.Decide([Prompt(0) with { SloTtft = TimeSpan.FromSeconds(1) }, Decoding() with { SloTpot = TimeSpan.FromMilliseconds(30) }], model);

        Assert.InRange(promised, unsaid + 1, 4 * unsaid);
        Assert.InRange(both, 1, unsaid);
    }

    [Fact]
    public void Each_further_prompt_that_waits_brings_room_of_its_own_unless_a_time_was_promised()
    {
        var model = Learnt();
        var one = StepTokenPolicy.Decide([Prompt(0), Decoding()], model);
        var two = StepTokenPolicy.Decide([Prompt(0), Prompt(0), Decoding(), Decoding()], model);
        var many = StepTokenPolicy.Decide([Prompt(0), Prompt(0), Prompt(0), Prompt(0), Decoding()], model);
        var promised = StepTokenPolicy.Decide([Prompt(0), Prompt(0), Prompt(0), Decoding() with { SloTpot = TimeSpan.FromMilliseconds(30) }], model);

        Assert.InRange(two, 1.5 * one, 2.5 * one);
        Assert.InRange(many, two, 2.5 * one);
        Assert.InRange(promised, 1, one);
    }

    [Fact]
    public void A_short_prompt_gets_more_room_than_a_long_one_unless_a_long_one_or_a_promise_is_beside_it()
    {
        var model = Learnt();
        var one = StepTokenPolicy.Decide([Prompt(0), Decoding()], model);
        var brief = StepTokenPolicy.Decide([Prompt(0) with { Tokens = 128 }, Decoding()], model);
        var both = StepTokenPolicy.Decide([Prompt(0) with { Tokens = 128 }, Prompt(0), Decoding()], model);
        var many = StepTokenPolicy.Decide([.. Enumerable.Repeat(Prompt(0) with { Tokens = 128 }, 20), Decoding()], model);
        var promised = StepTokenPolicy.Decide([Prompt(0) with { Tokens = 128 }, Decoding() with { SloTpot = TimeSpan.FromMilliseconds(30) }], model);

        Assert.InRange(brief, 1.8 * one, 2.4 * one);
        Assert.Equal(StepTokenPolicy.Decide([Prompt(0), Prompt(0), Decoding()], model), both);

        // At most twice what the largest step of late had, as both are here.
        Assert.InRange(many, brief, 4 * brief);
        Assert.InRange(promised, 1, one);
    }

    [Fact]
    public void A_prompts_last_few_tokens_go_with_its_last_chunk_and_say_nothing_about_the_next_prompts()
    {
        var model = Learnt();
        var room = StepTokenPolicy.Decide([Prompt(0), Decoding()], model);
        var few = room * 5 / 4;

        Assert.Equal(few, StepTokenPolicy.Decide([Prompt(100_000 - few), Decoding()], model));
        Assert.Equal(room, StepTokenPolicy.Decide([Prompt(100_000 - (room * 3 / 2)), Decoding()], model));

        model.Observe(new StepLoad(1, 2, 0), TimeSpan.FromMilliseconds(21));
        Assert.InRange(StepTokenPolicy.Decide([Prompt(0), Decoding()], model), room * 3 / 4, room * 5 / 4);
    }

    [Fact]
    public void A_machine_that_grows_slow_is_noticed_under_an_endless_stream_of_prompts()
    {
        var model = new StepTimeModel();
        var (time, mixed) = (20.0, new List<double>());
        Warm(model, load => time + (0.5 * load.PrefillTokens));

        for (var step = 0; step < 2_000; step++)
        {
            time = step < 1_000 ? 20 : 60;
            var tokens = StepTokenPolicy.Decide([Prompt(0), Decoding()], model);
            var load = tokens > 0 ? new StepLoad(1, tokens, 0) : new StepLoad(1, 0, 0);
            var took = time + (0.5 * load.PrefillTokens);
            mixed.Add(took);
            model.Observe(load, TimeSpan.FromMilliseconds(took));
        }

        Assert.InRange(mixed.Skip(1_500).Average(), 60 * 1.4, 60 * 2);
    }

    [Fact]
    public void A_line_that_meets_zero_at_a_prompts_beginning_does_not_make_its_tokens_free()
    {
        var model = new StepTimeModel();
        model.Observe(new StepLoad(8, 0, 0), TimeSpan.FromMilliseconds(10));

        for (var step = 0; step < 10; step++)
        {
            model.Observe(new StepLoad(8, 400, 400 * 20), TimeSpan.FromMilliseconds(30));
            model.Observe(new StepLoad(8, 400, 400 * 100), TimeSpan.FromMilliseconds(270));
        }

        var prompts = Enumerable.Range(0, 4).Select(key => Prompt(0) with { Tokens = 128, Key = key + 10 });
        Assert.InRange(model.TokenTime(0)!.Value.TotalMilliseconds, 0.15, 0.4);
        Assert.InRange(StepTokenPolicy.Decide([.. prompts, Decoding()], model), 20, 200);
    }

    [Fact]
    public void One_pause_of_the_machine_does_not_shrink_the_chunks_for_long()
    {
        var model = new StepTimeModel();
        double Time(StepLoad load) => 20 + (0.5 * load.PrefillTokens);
        Warm(model, Time);

        for (var step = 0; step < 60; step++)
        {
            Step(model, load => Time(load) * (step == 40 ? 50 : 1));
        }

        Assert.InRange(StepTokenPolicy.Decide([Prompt(0), Decoding()], model), 15, 30);
    }

    /// <summary>What twenty steps beside a prompt told of a machine: 20 ms, and half of one for each of its tokens.</summary>
    private static StepTimeModel Learnt()
    {
        var model = new StepTimeModel();
        model.Observe(new StepLoad(1, 0, 0), TimeSpan.FromMilliseconds(20));

        for (var step = 0; step < 20; step++)
        {
            Step(model, load => 20 + (0.5 * load.PrefillTokens));
        }

        return model;
    }

    private static (double Undisturbed, List<double> Steps) Run(Machine machine, int promptTokens, TimeSpan? promised = null)
    {
        var model = new StepTimeModel();
        var undisturbed = Warm(model, machine);
        var steps = new List<double>();

        for (var computed = 0; computed < promptTokens;)
        {
            var tokens = Math.Min(StepTokenPolicy.Decide([Prompt(computed), Decoding() with { SloTpot = promised }], model), promptTokens - computed);
            var load = tokens > 0 ? new StepLoad(1, 0, 0).WithPrefill(computed, tokens) : new StepLoad(1, 0, 0);
            steps.Add(machine(load));
            model.Observe(load, TimeSpan.FromMilliseconds(machine(load)));
            computed += tokens;
        }

        return (undisturbed, steps);
    }

    private static double Warm(StepTimeModel model, Machine machine)
    {
        var prompt = default(StepLoad).WithPrefill(0, 64);
        model.Observe(prompt, TimeSpan.FromMilliseconds(machine(prompt)));
        var decode = new StepLoad(1, 0, 0);

        for (var i = 0; i < 10; i++)
        {
            model.Observe(decode, TimeSpan.FromMilliseconds(machine(decode)));
        }

        return machine(decode);
    }

    private static void Step(StepTimeModel model, Machine machine)
    {
        var tokens = StepTokenPolicy.Decide([Prompt(0), Decoding()], model);
        var load = new StepLoad(1, tokens, 0);
        model.Observe(load, TimeSpan.FromMilliseconds(machine(load)));
    }

    private static StepSequence Prompt(int computed) =>
        new() { Key = 1, Tokens = 100_000, Computed = computed, Pages = 0, HasCredit = true, Due = 0, Arrival = 0 };

    private static StepSequence Decoding() =>
        new() { Key = 2, Tokens = 100, Computed = 99, Pages = 7, HasCredit = true, Due = 0, Arrival = 1 };
}
