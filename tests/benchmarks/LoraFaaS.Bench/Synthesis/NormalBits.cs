using System.Runtime.InteropServices;

namespace LoraFaaS.Bench.Synthesis;

/// <summary>
/// Normal bf16 numbers, seeded: a table of 65 536 of them, drawn from by 16-bit pieces of a counter's hash (splitmix64), which makes
/// gigabytes a second where computing each would take minutes for a large shape.
/// </summary>
internal sealed class NormalBits
{
    private const int TableLength = 1 << 16;

    private readonly ushort[] _table = new ushort[TableLength];
    private ulong _counter;

    public NormalBits(int seed, double deviation)
    {
        var random = new Random(seed);
        for (var i = 0; i < TableLength; i++)
        {
            // Box-Muller; 1 - u is never 0.
            var value = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
            _table[i] = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        }

        _counter = (ulong)random.NextInt64();
    }

    public void Fill(Span<byte> destination)
    {
        var values = MemoryMarshal.Cast<byte, ushort>(destination);
        for (var i = 0; i < values.Length; i += 4)
        {
            var bits = Next();
            for (var j = i; j < Math.Min(i + 4, values.Length); j++)
            {
                values[j] = _table[(ushort)bits];
                bits >>= 16;
            }
        }
    }

    private ulong Next()
    {
        _counter += 0x9E3779B97F4A7C15;
        var z = _counter;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
