using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Models;
using LoraFaaS.Engine.Tests.TestData;

namespace LoraFaaS.Engine.Tests.Adapters;

public sealed class AdapterArrivalTests
{
    [Fact]
    public void A_step_on_an_adapter_that_comes_meanwhile_gives_the_bits_of_one_that_was_there()
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, EngineUnderTest.Exact);
        var prompt = GoldenFiles.Prompts()["task-sql"];
        var expected = engine.LastLogits(prompt, engine.Load(GoldenFiles.DemoAdapter("sql")));
        using var arrival = new ScriptedArrival(engine.Pack(GoldenFiles.DemoAdapter("sql")));

        var adapter = Begin(engine, arrival);
        Assert.False(adapter.IsWhole);
        Assert.Equal(expected, engine.LastLogits(prompt, adapter));

        // Layer by layer, each further than the one before, and all of it in the end.
        Assert.True(adapter.IsWhole);
        Assert.Equal(arrival.Asked.Order(), arrival.Asked);
        Assert.True(arrival.Asked.Count > engine.Engine.Backbone.Shape.Layers / 2);
        Assert.Equal(arrival.Image.ContentBytes, arrival.Asked[^1]);
        Assert.Equal(expected, engine.LastLogits(prompt, adapter));

        // In its pages, and nowhere else.
        adapter.Settle(engine.Engine.Pages);
        arrival.Forget();
        Assert.Equal(expected, engine.LastLogits(prompt, adapter));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public void A_step_whose_adapter_does_not_come_is_given_up_and_its_pages_come_back(double share)
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, EngineUnderTest.Exact);
        var whole = engine.Pack(GoldenFiles.DemoAdapter("sql"));
        using var arrival = new ScriptedArrival(whole, (long)(share * AdapterImage.Open(whole.Address, whole.Length).ContentBytes));
        var adapter = Begin(engine, arrival);
        var prompt = GoldenFiles.Prompts()["task-sql"];

        using (var sequence = engine.Sequence(prompt.Length))
        {
            Assert.False(engine.Engine.Runner.Step([new StepSlice(sequence, adapter, prompt, 0, true)], engine.Logits));
        }

        Assert.False(adapter.IsWhole);
        Assert.True(engine.Engine.Adapters.TryUnload(adapter));
        Assert.Equal(0, engine.Engine.Pages.Used);
    }

    [Fact]
    public void One_that_was_unloaded_before_it_was_copied_writes_to_no_page_of_anothers()
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, EngineUnderTest.Exact);
        using var arrival = new ScriptedArrival(engine.Pack(GoldenFiles.DemoAdapter("sql")));
        var adapter = Begin(engine, arrival);
        engine.LastLogits(GoldenFiles.Prompts()["task-sql"], adapter);
        Assert.True(engine.Engine.Adapters.TryUnload(adapter));

        var pages = new PageIndex[engine.Engine.Adapters.PagesFor(arrival.Image)];
        Assert.True(engine.Engine.Pages.TryRent(new OwnerTag(6), pages));
        adapter.Settle(engine.Engine.Pages);

        var content = new byte[engine.Engine.Pages.PageBytes];
        Assert.All(pages, page =>
        {
            engine.Engine.Pages.Read(page, content);
            Assert.Equal(-1, content.AsSpan().IndexOfAnyExcept((byte)0));
        });
    }

    [Fact]
    public void Pages_that_move_between_two_steps_take_along_what_has_come()
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, EngineUnderTest.Exact);
        var prompt = GoldenFiles.Prompts()["task-sql"];
        var expected = engine.LastLogits(prompt, engine.Load(GoldenFiles.DemoAdapter("sql")));
        using var sequence = engine.Sequence(prompt.Length, 9);
        using var arrival = new ScriptedArrival(engine.Pack(GoldenFiles.DemoAdapter("sql")));
        var adapter = Begin(engine, arrival);

        sequence.Release();
        engine.Engine.Shrink((long)engine.Engine.Pages.Used * engine.Engine.Pages.PageBytes, []);
        engine.Engine.Reach(long.MaxValue);

        Assert.Equal(expected, engine.LastLogits(prompt, adapter));
    }

    private static AdapterHandle Begin(EngineUnderTest engine, ScriptedArrival arrival) =>
        Assert.IsType<AdapterLoad.Loaded>(engine.Engine.Adapters.Begin(arrival.Image, new OwnerTag(5), arrival)).Adapter;
}
