using LoraFaaS.Storage.Embedded.Usage;

namespace LoraFaaS.Storage.Tests.Embedded;

public sealed class SequenceSetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Behaves_as_a_set_whose_ranges_never_touch(int seed)
    {
        var random = new Random(seed);
        var (set, model) = (SequenceSet.Empty, new SortedSet<ulong>());

        for (var step = 0; step < 400; step++)
        {
            var wanted = Enumerable.Range(0, random.Next(1, 6)).Select(_ => (ulong)random.Next(300)).ToHashSet();
            Assert.All(wanted, sequence => Assert.Equal(model.Contains(sequence), set.Contains(sequence)));
            var added = wanted.Where(sequence => !model.Contains(sequence)).Order().ToList();
            set = SequenceSet.Compact(added).Aggregate(set, (current, range) => current.Add(range));
            model.UnionWith(added);
        }

        Assert.Equal(SequenceSet.Compact(model), set.Ranges);
    }
}
