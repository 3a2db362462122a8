using LoraFaaS.Policies.Forecasting;

namespace LoraFaaS.Policies.Tests.Forecasting;

public sealed class ArrivalHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Sums_are_those_of_the_counts_however_long_it_ran()
    {
        var random = new Random(1);
        var history = new ArrivalHistory(Start);
        var minutes = new List<int>();

        for (var minute = 0; minute < 700; minute++)
        {
            int[] cells = [.. Enumerable.Range(0, 6).Select(_ => random.Next(4) == 0 ? random.Next(5) : 0)];
            history.Append(cells);
            minutes.Add(cells.Sum());

            foreach (var length in new[] { 1, 5, 7, 15, 60, 240 })
            {
                var newest = minutes.TakeLast(length).ToList();
                Assert.Equal(newest.Sum(), history.CallsOf(length));
                Assert.Equal(newest.Count(count => count > 0), history.ActiveOf(length));
            }

            Assert.Equal(minutes[^1], history.LastMinute);
            Assert.Equal(cells[5], history.LastCell);
        }

        Assert.Equal(700, history.MinutesSeen);
        Assert.Equal(Start.AddMinutes(700), history.End);
    }

    [Fact]
    public void Idle_times_are_the_empty_minutes_between_calls()
    {
        var history = Of(1, 0, 0, 2, 1, 0);

        Assert.Equal(1, history.Idle[2]);
        Assert.Equal(1, history.Idle[0]);
        Assert.Equal(2, history.Idle.Total);
        Assert.Equal(1, history.IdleMinutes);
        Assert.True(history.WasCalled);
        Assert.False(Of(0, 0, 0).WasCalled);
    }

    [Fact]
    public void Open_cells_count_before_their_minute_is_whole()
    {
        var history = Of(0, 0);
        history.Append(0);
        history.Append(3);

        Assert.Equal(2, history.OpenCells);
        Assert.Equal(3, history.OpenCalls);
        Assert.Equal(3, history.LastMinute);
        Assert.Equal(0, history.CallsOf(5));
        Assert.True(history.WasCalled);
    }

    [Fact]
    public void A_copy_does_not_follow_its_original()
    {
        var history = Of(1, 2, 3);
        var copy = history.Copy();
        history.Append([9, 9, 9, 9, 9, 9]);

        Assert.Equal(3, copy.LastMinute);
        Assert.Equal(6, copy.CallsOf(5));
        Assert.Equal(Start.AddMinutes(3), copy.End);
    }

    [Fact]
    public void A_full_bin_halves_the_histogram()
    {
        var idle = new IdleTimes();

        for (var i = 0; i < 70_000; i++)
        {
            idle.Add(3);
        }

        Assert.InRange(idle[3], 30_000, 65_535);
        Assert.Equal(idle[3], idle.Within);
    }

    private static ArrivalHistory Of(params int[] minutes)
    {
        var history = new ArrivalHistory(Start);

        foreach (var calls in minutes)
        {
            history.Append([calls, 0, 0, 0, 0, 0]);
        }

        return history;
    }
}
