namespace LoraFaaS.Worker.Handlers;

/// <summary>
/// How fast a handler's frames are read: reading is the worker's processor time, and a tenant's code is not to have it without end. Within a period as many
/// as any honest answer needs come at once; beyond them the reader rests now and then, so that the socket fills and whoever writes to it waits.
/// Pure but for what it counts; the caller brings the time and does the resting.
/// </summary>
internal sealed class HandlerPace
{
    /// <summary>A frame counts once, and once more for each of these: long ones take longer.</summary>
    private const int UnitBytes = 16 << 10;

    /// <summary>A thousand a second for the whole period: eight streams of an answer, token by token.</summary>
    private const int UnitsEachPeriod = 10_000;

    /// <summary>Read in one go once it is too much: with a rest of 10 ms, some 6 000 frames a second, a few hundredths of a processor.</summary>
    private const int UnitsEachRest = 64;

    public static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(10);

    private TimeSpan _began;
    private int _units;
    private int _sinceRest;

    /// <summary>So far, in this period, more came than any answer needs.</summary>
    public bool IsFlooded => _units > UnitsEachPeriod;

    /// <summary>True: rest before the next one is read.</summary>
    /// <param name="now">Since any fixed moment.</param>
    /// <param name="bytes">Of the frame that was read.</param>
    public bool Count(TimeSpan now, int bytes)
    {
        if (now - _began > Period)
        {
            (_began, _units, _sinceRest) = (now, 0, 0);
        }

        var units = 1 + (bytes / UnitBytes);
        _units += units;

        if (!IsFlooded)
        {
            return false;
        }

        _sinceRest += units;

        if (_sinceRest < UnitsEachRest)
        {
            return false;
        }

        _sinceRest = 0;
        return true;
    }
}
