using LoraFaaS.Engine.Models;
using LoraFaaS.Engine.Tests.TestData;
using LoraFaaS.TestKit.Memory;

namespace LoraFaaS.Engine.Tests.Models;

public sealed class ModelRunnerTests
{
    [Fact]
    public void A_warm_step_allocates_nothing_on_the_managed_heap()
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, EngineUnderTest.Exact with { Threads = 1 });
        var adapter = engine.Load(GoldenFiles.DemoAdapter("sql"));
        using var one = engine.Sequence(64);
        using var two = engine.Sequence(64, 8);
        int[] token = [5];
        StepSlice[] slices = [new(one, adapter, token, 0, true), new(two, null, token, 0, true)];
        for (var i = 0; i < 40; i++)
        {
            Advance(engine, slices, i);
        }

        var next = 40;
        Assert.Equal(0, Allocations.Least(() => Advance(engine, slices, next++)));
    }

    [Fact]
    public void A_slice_that_does_not_fit_its_sequence_is_refused_and_nothing_runs()
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, EngineUnderTest.Exact);
        using var sequence = engine.Sequence(16);
        var seen = 0;
        engine.Engine.Runner.Probe = (_, _) => seen++;

        Assert.Throws<ArgumentException>(() => engine.Engine.Runner.Step([new StepSlice(sequence, null, new int[17], 0, true)], engine.Logits));
        Assert.Throws<ArgumentException>(() => engine.Engine.Runner.Step([new StepSlice(sequence, null, new[] { -1 }, 0, true)], engine.Logits));
        Assert.Throws<ArgumentException>(() => engine.Engine.Runner.Step([new StepSlice(sequence, null, new[] { 2560 }, 0, true)], engine.Logits));
        Assert.Equal(0, seen);
    }

    [Fact]
    public void Logits_nobody_wanted_cannot_be_read()
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, EngineUnderTest.Exact);
        using var sequence = engine.Sequence(16);
        engine.Engine.Runner.Step([new StepSlice(sequence, null, new[] { 1 }, 0, false)], engine.Logits);

        Assert.Throws<ArgumentOutOfRangeException>(() => engine.Logits.Row(0).Length);
    }

    private static void Advance(EngineUnderTest engine, StepSlice[] slices, int position)
    {
        for (var i = 0; i < slices.Length; i++)
        {
            slices[i] = slices[i] with { Start = position };
        }

        engine.Engine.Runner.Step(slices, engine.Logits);
    }
}
