using System.Globalization;

namespace LoraFaaS.Contracts.Units;

/// <summary>A number of bytes. Written in binary units (KiB, MiB, GiB).</summary>
public readonly record struct ByteSize(long Bytes) : IComparable<ByteSize>
{
    public static readonly ByteSize Zero;

    public static ByteSize FromMebibytes(long mebibytes) => new(mebibytes << 20);

    public static ByteSize operator +(ByteSize left, ByteSize right) => new(checked(left.Bytes + right.Bytes));

    public static ByteSize operator -(ByteSize left, ByteSize right) => new(checked(left.Bytes - right.Bytes));

    public static bool operator <(ByteSize left, ByteSize right) => left.Bytes < right.Bytes;

    public static bool operator >(ByteSize left, ByteSize right) => left.Bytes > right.Bytes;

    public static bool operator <=(ByteSize left, ByteSize right) => left.Bytes <= right.Bytes;

    public static bool operator >=(ByteSize left, ByteSize right) => left.Bytes >= right.Bytes;

    /// <summary>Reads "268435456", "256Mi", "256MiB", "1Gi", "64M". Kubernetes spelling.</summary>
    public static bool TryParse(string? text, out ByteSize size)
    {
        size = default;

        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        var digits = text.AsSpan().Trim();
        var end = 0;

        while (end < digits.Length && (char.IsAsciiDigit(digits[end]) || digits[end] == '.'))
        {
            end++;
        }

        double? factor = digits[end..] switch
        {
            "" or "B" => 1,
            "k" or "K" or "kB" or "KB" => 1e3,
            "M" or "MB" => 1e6,
            "G" or "GB" => 1e9,
            "T" or "TB" => 1e12,
            "Ki" or "KiB" => 1L << 10,
            "Mi" or "MiB" => 1L << 20,
            "Gi" or "GiB" => 1L << 30,
            "Ti" or "TiB" => 1L << 40,
            _ => null,
        };

        if (factor is null || !double.TryParse(digits[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number * factor.Value > long.MaxValue / 2)
        {
            return false;
        }

        size = new ByteSize((long)(number * factor.Value));
        return true;
    }

    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    public override string ToString() => Bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{Bytes / (double)(1L << 30):0.##} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{Bytes / (double)(1L << 20):0.#} MiB"),
        >= 1L << 10 => string.Create(CultureInfo.InvariantCulture, $"{Bytes / (double)(1L << 10):0.#} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Bytes} B"),
    };
}
