using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.Policies.Tests.Preloading;

public sealed class WorkerSetsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void Goes_through_the_same_workers_as_a_look_at_each(int workers)
    {
        var random = new Random(workers);
        var sets = new WorkerSets(3, workers);
        var twin = new bool[3, workers];

        for (var step = 0; step < 300; step++)
        {
            var (group, worker, isIn) = (random.Next(3), random.Next(workers), random.Next(2) == 0);
            sets.Set(group, worker, isIn);
            twin[group, worker] = isIn;
            var found = new List<int>();

            for (var at = sets.Next(group, 0); at < workers; at = sets.Next(group, at + 1))
            {
                found.Add(at);
            }

            Assert.Equal(Enumerable.Range(0, workers).Where(at => twin[group, at]), found);
        }
    }

    [Fact]
    public void Homes_are_found_where_functions_are_and_nowhere_else()
    {
        const int Places = 5;
        const int Functions = 40;
        var random = new Random(1);
        var lists = new HomeLists(Places, Functions);
        var twin = Enumerable.Repeat(-1, Functions).ToArray();

        for (var step = 0; step < 2_000; step++)
        {
            var function = random.Next(Functions);

            if (twin[function] >= 0)
            {
                lists.Remove(twin[function], function);
            }

            twin[function] = random.Next(-1, Places);

            if (twin[function] >= 0)
            {
                lists.Add(twin[function], function);
            }

            var place = random.Next(Places);
            var found = new List<int>();

            for (var at = lists.First(place); at >= 0; at = lists.Next(at))
            {
                found.Add(at);
            }

            Assert.Equal(Enumerable.Range(0, Functions).Where(at => twin[at] == place), found.Order());
        }
    }
}
