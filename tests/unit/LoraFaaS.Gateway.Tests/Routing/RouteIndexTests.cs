using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.TestKit.Memory;

namespace LoraFaaS.Gateway.Tests.Routing;

public sealed class RouteIndexTests
{
    [Fact]
    public void It_knows_after_any_changes_what_a_dictionary_knows()
    {
        var random = new Random(11);
        var index = RouteIndex.Empty;
        var twin = new Dictionary<FunctionId, RouteEntry>();

        for (var turn = 0; turn < 400; turn++)
        {
            var removals = Enumerable.Range(0, random.Next(4)).Select(_ => IdOf(random.Next(300))).ToList();
            var upserts = Enumerable.Range(0, random.Next(8)).Select(_ => Entry(IdOf(random.Next(300)))).ToList();
            index = index.With(removals, upserts);
            removals.ForEach(id => twin.Remove(id));
            upserts.ForEach(entry => twin[entry.Function] = entry);

            Assert.Equal(twin.Count, index.Count);
        }

        for (var i = 0; i < 300; i++)
        {
            var id = IdOf(i);

            Assert.Same(twin.GetValueOrDefault(id), index.GetValueOrDefault(id));
            Assert.Same(twin.GetValueOrDefault(id), index.Find(id.ToString()));
            Assert.Same(twin.GetValueOrDefault(new FunctionId(NamespaceName.Default, id.Name)), index.Find(id.Name.Value));
        }

        Assert.Equal(twin.Values.ToHashSet(), index.Values.ToHashSet());
    }

    [Fact]
    public void A_change_leaves_the_index_before_it_as_it_was()
    {
        var before = RouteIndex.Empty.With([], [Entry(IdOf(1))]);

        var after = before.With([IdOf(1)], [Entry(IdOf(2))]);

        Assert.NotNull(before.GetValueOrDefault(IdOf(1)));
        Assert.Null(before.GetValueOrDefault(IdOf(2)));
        Assert.Null(after.GetValueOrDefault(IdOf(1)));
        Assert.Same(after, after.With([], []));
    }

    [Fact]
    public void A_lookup_allocates_nothing()
    {
        var index = RouteIndex.Empty.With([], Enumerable.Range(0, 1_000).Select(i => Entry(IdOf(i))));
        string[] names = [IdOf(5).ToString(), IdOf(5).Name.Value, "nobody", "nobody.nowhere", new string('x', 5_000)];
        Assert.NotNull(index.Find(names[0]));

        Assert.Equal(0, Allocations.Least(() =>
        {
            foreach (var name in names)
            {
                index.Find(name);
            }
        }));
    }

    /// <summary>Every third one in another namespace.</summary>
    private static FunctionId IdOf(int number) => new(
        number % 3 == 0 ? new NamespaceName("team-a") : NamespaceName.Default,
        new FunctionName($"f{number.ToString(System.Globalization.CultureInfo.InvariantCulture)}"));

    private static RouteEntry Entry(FunctionId id)
    {
        var entry = Given.Entry(id.Name.Value);
        return entry with { Revision = entry.Revision with { Function = id } };
    }
}
