using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.Policies.Forecasting.Learning;

/// <summary>
/// A stretch of one function's minutes to learn from: what the network was told, its state before, and what came. Written by the book while time passes;
/// once <see cref="IsComplete"/> nobody changes it.
/// </summary>
public sealed class Lesson
{
    /// <summary>Minutes of a lesson: how far back a gradient reaches.</summary>
    public const int Steps = 16;

    private const int LongestHorizon = 15;

    private readonly DateTimeOffset _start;
    private int _told;

    internal Lesson(int networkRow, DateTimeOffset start, ReadOnlySpan<float> state, LstmShape shape)
    {
        (NetworkRow, _start) = (networkRow, start);
        State = state.ToArray();
        Features = new float[Steps * shape.Features];
        Calls = new float[Steps * ForecastHorizons.Count];
        Array.Fill(Calls, float.NaN);
    }

    private Lesson(int networkRow, float[] state, float[] features, float[] calls) =>
        (NetworkRow, State, Features, Calls, _told, IsComplete) = (networkRow, state, features, calls, Steps, true);

    public int NetworkRow { get; }

    /// <summary>Before the first step.</summary>
    public float[] State { get; }

    /// <summary>[steps × features]</summary>
    public float[] Features { get; }

    /// <summary>[steps × horizons]: the calls that came; NaN where the history does not say.</summary>
    public float[] Calls { get; }

    public bool IsComplete { get; private set; }

    /// <summary>A complete one, from what was stored of it.</summary>
    internal static Lesson Restore(int networkRow, float[] state, float[] features, float[] calls) => new(networkRow, state, features, calls);

    /// <summary>Takes a whole minute: first the row the network was told at its end, later what came of it.</summary>
    internal void Add(ArrivalHistory history, ReadOnlySpan<float> features)
    {
        var minute = (int)((history.End - _start).Ticks / TimeSpan.TicksPerMinute);

        if (_told < Steps && minute == _told)
        {
            features.CopyTo(Features.AsSpan(minute * features.Length));
            _told++;
        }

        Know(history, minute, ForecastHorizon.TenSeconds, 1, history.Cell(ArrivalHistory.CellsPerMinute - 1));
        Know(history, minute, ForecastHorizon.OneMinute, 1, history.CallsOf(1));
        Know(history, minute, ForecastHorizon.FiveMinutes, 5, history.CallsOf(5));
        Know(history, minute, ForecastHorizon.FifteenMinutes, LongestHorizon, history.CallsOf(LongestHorizon));
        IsComplete = minute >= Steps - 1 + LongestHorizon;
    }

    private void Know(ArrivalHistory history, int minute, ForecastHorizon horizon, int length, long calls)
    {
        var step = minute - length;

        if (step is >= 0 and < Steps && step < _told && history.MinutesSeen >= length)
        {
            Calls[step * ForecastHorizons.Count + (int)horizon] = calls;
        }
    }
}
