using LoraFaaS.Worker.Handlers;

namespace LoraFaaS.Worker.Tests.Handlers;

public sealed class HandlerPaceTests
{
    [Fact]
    public void An_answer_of_a_thousand_parts_a_second_is_never_held_up()
    {
        var pace = new HandlerPace();

        for (var second = 0; second < 60; second++)
        {
            for (var part = 0; part < 900; part++)
            {
                Assert.False(pace.Count(TimeSpan.FromSeconds(second), bytes: 200));
            }
        }
    }

    [Fact]
    public void What_comes_without_end_is_read_with_rests_that_bound_it()
    {
        var pace = new HandlerPace();
        var now = TimeSpan.Zero;
        var read = 0;

        while (now < HandlerPace.Period)
        {
            read++;
            now += pace.Count(now, bytes: 8) ? HandlerPace.Rest : TimeSpan.FromMicroseconds(1);
        }

        Assert.InRange(read, 20_000, 80_000);
    }

    [Fact]
    public void A_long_frame_counts_as_many_and_a_new_period_forgives()
    {
        var pace = new HandlerPace();
        var frames = 0;

        while (!pace.IsFlooded)
        {
            pace.Count(TimeSpan.Zero, bytes: 2 << 20);
            frames++;
        }

        Assert.InRange(frames, 50, 100);
        Assert.False(pace.Count(HandlerPace.Period + TimeSpan.FromSeconds(1), bytes: 8));
        Assert.False(pace.IsFlooded);
    }
}
