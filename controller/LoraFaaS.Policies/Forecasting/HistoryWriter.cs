using System.Buffers;
using System.Buffers.Binary;

namespace LoraFaaS.Policies.Forecasting;

/// <summary>Writes histories: whole numbers in seven-bit groups, of which most are one byte, fractions as they are.</summary>
internal sealed class HistoryWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public void Raw(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public void Number(long value)
    {
        var left = (ulong)value;
        var span = _bytes.GetSpan(10);
        var length = 0;

        for (; left >= 0x80; left >>= 7)
        {
            span[length++] = (byte)(left | 0x80);
        }

        span[length++] = (byte)left;
        _bytes.Advance(length);
    }

    public void Fraction(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }

    /// <summary>In half the bytes, where seven digits do.</summary>
    public void Small(double value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(4), (float)value);
        _bytes.Advance(4);
    }

    public void Smalls(IEnumerable<double> values)
    {
        foreach (var value in values)
        {
            Small(value);
        }
    }

    public void History(ArrivalHistory history)
    {
        Number(history.MinutesSeen);
        Number(history.IdleMinutes + 1);
        Ring(history.Cells);
        Ring(history.Minutes);
        Number(history.Idle.Beyond);
        Fraction(history.Idle.MeanMinutes);
        Fraction(history.Idle.MeanSquare);

        foreach (var bin in history.Idle.Raw)
        {
            Number(bin);
        }

        foreach (var value in history.Rates.Raw)
        {
            Fraction(value);
        }

        Number(history.Day.MinutesSeen);
        Fraction(history.Day.Open.Calls);
        Number(history.Day.Open.Minutes);

        foreach (var rate in history.Day.Raw)
        {
            Number(BitConverter.SingleToUInt32Bits(rate));
        }
    }

    private void Ring(CountRing ring)
    {
        for (var ago = ring.Length - 1; ago >= 0; ago--)
        {
            Number(ring.Recent(ago));
        }
    }
}
