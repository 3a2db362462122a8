using LoraFaaS.Policies.Batching;
using LoraFaaS.TestKit.Memory;

namespace LoraFaaS.Sandbox.Tests.Batching;

public sealed class StepPlannerTests
{
    private static readonly StepLimits Roomy = new(MaxSequences: 8, MaxTokens: 64, FreePages: 100, PageTokens: 16);

    [Fact]
    public void Decodes_come_first_and_a_prefill_chunk_fills_the_rest()
    {
        var plan = Plan(Roomy with { MaxTokens = 10 }, Waiting(1, tokens: 40), Decoding(2, tokens: 20), Decoding(3, tokens: 30));

        Assert.Equal([new StepRow(2, 1, 0), new StepRow(3, 1, 0), new StepRow(1, 8, 1)], plan.Rows);
    }

    [Fact]
    public void A_step_that_decodes_wait_for_is_the_prompts_unless_it_needs_their_pages_or_rows()
    {
        var limits = Roomy with { MaxTokens = 10, DecodesWait = true };
        Assert.Equal([new StepRow(1, 10, 1)], Plan(limits, Waiting(1, tokens: 40), Decoding(2, tokens: 20), Decoding(3, tokens: 30)).Rows);

        var lacking = Plan(limits with { FreePages = 1 }, Waiting(1, tokens: 40), Decoding(2, tokens: 20));
        Assert.Equal([2], lacking.Rows.Select(row => row.Key));
        Assert.Empty(lacking.Preempted);

        Assert.Equal([2, 3], Plan(limits with { MaxSequences = 2 }, Waiting(1, tokens: 40), Decoding(2, tokens: 20), Decoding(3, tokens: 30)).Rows.Select(row => row.Key));
        Assert.Equal([2], Plan(limits, Decoding(2, tokens: 20)).Rows.Select(row => row.Key));
    }

    [Fact]
    public void A_decode_at_a_page_border_takes_a_page()
    {
        var plan = Plan(Roomy, Decoding(1, tokens: 17));

        Assert.Equal([new StepRow(1, 1, 1)], plan.Rows);
    }

    [Fact]
    public void The_earlier_due_goes_first_and_arrival_decides_between_equals()
    {
        var plan = Plan(
            Roomy with { MaxSequences = 2 },
            Waiting(1, tokens: 5) with { Due = 30 },
            Waiting(2, tokens: 5) with { Due = 10, Arrival = 9 },
            Waiting(3, tokens: 5) with { Due = 10, Arrival = 4 });

        Assert.Equal([3, 2], plan.Rows.Select(row => row.Key));
    }

    [Fact]
    public void A_sequence_without_credits_is_not_scheduled()
    {
        var plan = Plan(Roomy, Decoding(1, tokens: 20) with { HasCredit = false }, Waiting(2, tokens: 5) with { HasCredit = false }, Decoding(3, tokens: 8));

        Assert.Equal([3], plan.Rows.Select(row => row.Key));
        Assert.Empty(plan.Preempted);
    }

    [Fact]
    public void The_youngest_loses_its_pages_when_they_run_out()
    {
        var plan = Plan(Roomy with { FreePages = 0 }, Decoding(1, tokens: 17), Decoding(2, tokens: 17), Decoding(3, tokens: 30));

        Assert.Equal([3], plan.Preempted);
        Assert.Equal([1, 2], plan.Rows.Select(row => row.Key));
    }

    [Fact]
    public void A_parked_sequence_loses_its_pages_before_a_running_one()
    {
        var plan = Plan(Roomy with { FreePages = 0 }, Decoding(1, tokens: 20) with { HasCredit = false }, Decoding(2, tokens: 17));

        Assert.Equal([1], plan.Preempted);
        Assert.Equal([2], plan.Rows.Select(row => row.Key));
    }

    [Fact]
    public void Nobody_is_let_in_on_pages_that_a_running_prefill_still_needs()
    {
        var prefilling = new StepSequence { Key = 1, Tokens = 100, Computed = 16, Pages = 1, HasCredit = true, Due = 0, Arrival = 0 };
        var plan = Plan(Roomy with { MaxTokens = 20, FreePages = 6 }, prefilling, Waiting(2, tokens: 10));

        Assert.Equal([1], plan.Rows.Select(row => row.Key));
    }

    [Fact]
    public void A_long_prompt_at_the_head_is_not_overtaken_by_short_ones()
    {
        var plan = Plan(Roomy with { FreePages = 3 }, Decoding(1, tokens: 20), Waiting(2, tokens: 160) with { Due = 2 }, Waiting(3, tokens: 5) with { Due = 3 });

        Assert.Equal([1], plan.Rows.Select(row => row.Key));
    }

    [Fact]
    public void One_that_cannot_fit_even_alone_is_given_up()
    {
        Assert.Equal([1], Plan(Roomy with { FreePages = 0 }, Decoding(1, tokens: 17)).Unservable);
        Assert.Equal([1], Plan(Roomy with { FreePages = 2 }, Waiting(1, tokens: 100)).Unservable);
    }

    [Fact]
    public void A_prompt_beside_decodes_gets_no_more_than_they_can_bear()
    {
        var limits = Roomy with { BesideDecodes = 5 };

        Assert.Equal([new StepRow(2, 1, 0), new StepRow(1, 5, 1)], Plan(limits, Waiting(1, tokens: 40), Decoding(2, tokens: 20)).Rows);
        Assert.Equal([new StepRow(1, 40, 3)], Plan(limits, Waiting(1, tokens: 40), Decoding(2, tokens: 20) with { HasCredit = false }).Rows);
    }

    [Fact]
    public void A_short_prompt_does_not_wait_behind_a_long_one_and_the_long_one_keeps_half()
    {
        var plan = Plan(Roomy, Waiting(1, tokens: 500), Waiting(2, tokens: 400) with { Due = 1 }, Waiting(3, tokens: 20) with { Due = 2 });

        Assert.Equal([(1, 32), (2, 12), (3, 20)], plan.Rows.Select(row => (row.Key, row.Tokens)));
    }

    [Fact]
    public void Prompts_of_one_length_end_one_after_the_other()
    {
        var plan = Plan(Roomy, Waiting(1, tokens: 40), Waiting(2, tokens: 40), Waiting(3, tokens: 40));

        Assert.Equal([(1, 40), (2, 24)], plan.Rows.Select(row => (row.Key, row.Tokens)));
    }

    /// <summary>Random loads on tiny pools: every step keeps to its limits, and every sequence ends within a bounded number of steps.</summary>
    [Fact]
    public void Nobody_starves_and_no_limit_is_broken()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            new PlannerWorld(new Random(seed)).Run();
        }
    }

    [Fact]
    public void Planning_allocates_nothing_in_steady_state()
    {
        var planner = new StepPlanner();
        var sequences = Enumerable.Range(0, 32).Select(key => key % 3 == 0 ? Waiting(key, 40) : Decoding(key, 10 + key)).ToArray();

        for (var i = 0; i < 50; i++)
        {
            planner.Plan(sequences, Roomy);
        }

        Assert.Equal(0, Allocations.Least(() => planner.Plan(sequences, Roomy)));
    }

    private static StepPlan Plan(StepLimits limits, params StepSequence[] sequences) => new StepPlanner().Plan(sequences, limits);

    private static StepSequence Waiting(int key, int tokens) =>
        new() { Key = key, Tokens = tokens, Computed = 0, Pages = 0, HasCredit = true, Due = 0, Arrival = key };

    private static StepSequence Decoding(int key, int tokens) =>
        new() { Key = key, Tokens = tokens, Computed = tokens - 1, Pages = (tokens + 14) / 16, HasCredit = true, Due = 0, Arrival = key };
}
