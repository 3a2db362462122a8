namespace LoraFaaS.Policies.Forecasting;

/// <summary>The newest counts, with running sums over a few lengths so that no reader walks the ring.</summary>
internal sealed class CountRing
{
    /// <summary>Lengths whose sums are kept; others are summed when asked.</summary>
    private static readonly int[] Kept = [5, 15, 60, 240];

    private readonly int[] _counts;
    private readonly long[] _sums;
    private readonly int[] _active;
    private int _next;

    public CountRing(int length)
        : this(new int[length], new long[Kept.Length], new int[Kept.Length], 0)
    {
    }

    private CountRing(int[] counts, long[] sums, int[] active, int next)
    {
        _counts = counts;
        _sums = sums;
        _active = active;
        _next = next;
    }

    public int Length => _counts.Length;

    /// <summary>0 is the newest.</summary>
    public int Recent(int ago)
    {
        if ((uint)ago >= (uint)_counts.Length)
        {
            return 0;
        }

        var index = _next - 1 - ago;
        return _counts[index < 0 ? index + _counts.Length : index];
    }

    public void Push(int count)
    {
        for (var i = 0; i < Kept.Length && Kept[i] <= _counts.Length; i++)
        {
            var leaves = Recent(Kept[i] - 1);
            _sums[i] += count - leaves;
            _active[i] += (count > 0 ? 1 : 0) - (leaves > 0 ? 1 : 0);
        }

        _counts[_next] = count;
        _next = _next + 1 == _counts.Length ? 0 : _next + 1;
    }

    public long Sum(int newest)
    {
        var kept = Array.IndexOf(Kept, newest);

        if (kept >= 0 && newest <= _counts.Length)
        {
            return _sums[kept];
        }

        var sum = 0L;

        for (var i = 0; i < newest; i++)
        {
            sum += Recent(i);
        }

        return sum;
    }

    public int Active(int newest)
    {
        var kept = Array.IndexOf(Kept, newest);

        if (kept >= 0 && newest <= _counts.Length)
        {
            return _active[kept];
        }

        var active = 0;

        for (var i = 0; i < newest; i++)
        {
            active += Recent(i) > 0 ? 1 : 0;
        }

        return active;
    }

    public CountRing Copy() => new([.. _counts], [.. _sums], [.. _active], _next);
}
