using LoraFaaS.Simulator.Events;
using LoraFaaS.TestKit.Memory;

namespace LoraFaaS.Simulator.Tests;

public sealed class EventQueueTests
{
    [Fact]
    public void Events_come_in_order_of_time_and_equal_ones_in_the_order_they_were_put()
    {
        var random = new Random(1);
        var queue = new EventQueue();

        for (var index = 0; index < 5_000; index++)
        {
            queue.Put(random.Next(200), EventKind.Ready, index);
        }

        var (time, subject) = (-1.0, -1);

        while (queue.Count > 0)
        {
            var next = queue.Take();
            Assert.True(next.Time > time || (next.Time == time && next.Subject > subject));
            (time, subject) = (next.Time, next.Subject);
        }
    }

    [Fact]
    public void A_warm_queue_allocates_nothing_for_an_event()
    {
        var queue = new EventQueue();

        for (var index = 0; index < 1_000; index++)
        {
            queue.Put(index, EventKind.Ready, index);
        }

        queue.Take();
        queue.Put(1, EventKind.Tick, 0);

        Assert.Equal(0, Allocations.Least(() =>
        {
            for (var index = 0; index < 1_000; index++)
            {
                queue.Put(queue.Take().Time + 7, EventKind.Finish, index);
            }
        }));
    }
}
