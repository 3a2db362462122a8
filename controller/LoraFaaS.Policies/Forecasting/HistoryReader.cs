using System.Buffers.Binary;

namespace LoraFaaS.Policies.Forecasting;

/// <summary>Reads what <see cref="HistoryWriter"/> wrote; the bytes' checksum was judged before.</summary>
internal ref struct HistoryReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _left = bytes;

    public ReadOnlySpan<byte> Raw(int length)
    {
        var raw = _left[..length];
        _left = _left[length..];
        return raw;
    }

    public long Number()
    {
        ulong value = 0;

        for (var shift = 0; ; shift += 7)
        {
            var next = _left[0];
            _left = _left[1..];
            value |= (ulong)(next & 0x7F) << shift;

            if (next < 0x80)
            {
                return (long)value;
            }
        }
    }

    public double Fraction() => BinaryPrimitives.ReadDoubleLittleEndian(Raw(8));

    public double Small() => BinaryPrimitives.ReadSingleLittleEndian(Raw(4));

    public double[] Smalls(int count)
    {
        var values = new double[count];

        for (var i = 0; i < count; i++)
        {
            values[i] = Small();
        }

        return values;
    }

    public ArrivalHistory History(DateTimeOffset end)
    {
        var minutesSeen = Number();
        var idleMinutes = Number() - 1;
        var cells = Ring(ArrivalHistory.CellCount);
        var minutes = Ring(ArrivalHistory.MinuteCount);
        var idle = Idle();
        var rates = new double[RateAverages.Values];

        for (var i = 0; i < rates.Length; i++)
        {
            rates[i] = Fraction();
        }

        return new ArrivalHistory(end, cells, minutes, idle, new RateAverages(rates), Day(), minutesSeen, idleMinutes);
    }

    private CountRing Ring(int length)
    {
        var ring = new CountRing(length);

        for (var i = 0; i < length; i++)
        {
            ring.Push((int)Number());
        }

        return ring;
    }

    private IdleTimes Idle()
    {
        var beyond = (int)Number();
        var mean = Fraction();
        var meanSquare = Fraction();
        var bins = new ushort[IdleTimes.Bins];

        for (var i = 0; i < bins.Length; i++)
        {
            bins[i] = (ushort)Number();
        }

        return new IdleTimes(bins, beyond, mean, meanSquare);
    }

    private DayProfile Day()
    {
        var seen = Number();
        var calls = (float)Fraction();
        var minutes = (int)Number();
        var rates = new float[DayProfile.Bins];

        for (var i = 0; i < rates.Length; i++)
        {
            rates[i] = BitConverter.UInt32BitsToSingle((uint)Number());
        }

        return new DayProfile(rates, seen, calls, minutes);
    }
}
