using System.Diagnostics;
using System.Security.Cryptography;

namespace LoraFaaS.Bench.Ceilings;

/// <summary>How fast one thread counts a SHA-256 of bytes that are in its cache. Bytes a second.</summary>
internal static class HashRate
{
    private const int PieceBytes = 256 << 10;
    private const int Pieces = 2_048;

    public static double Measure()
    {
        var piece = new byte[PieceBytes];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < Pieces; i++)
        {
            hash.AppendData(piece);
        }

        hash.GetHashAndReset();
        return (double)PieceBytes * Pieces / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
