using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints;

/// <summary>
/// A checkpoint's identity: SHA-256 over one line <c>name size sha256</c> (newline-ended, lower-case hex) for each of
/// <see cref="CheckpointFiles.In"/>, in ordinal order. The same files anywhere give the same digest.
/// </summary>
public static class CheckpointDigest
{
    /// <summary>Large enough that a read's own price is nothing beside the hashing, small enough for a second-level cache.</summary>
    private const int PieceBytes = 256 << 10;

    private static readonly Dictionary<string, byte[]> Nothing = [];

    public static Task<Reading<byte[]>> ComputeAsync(string folder, CancellationToken cancellationToken) => ComputeAsync(folder, Nothing, cancellationToken);

    /// <summary>One pass over every byte but of what is known, a file a core: minutes for a large checkpoint on a slow disk, so it can be cancelled.</summary>
    /// <param name="known">SHA-256 by file name, of files that somebody has just read.</param>
    /// <returns>The 32 bytes of the digest.</returns>
    public static Task<Reading<byte[]>> ComputeAsync(string folder, IReadOnlyDictionary<string, byte[]> known, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(known);

        // Reads block and hashing computes: neither on the thread of whoever asked.
        return Task.Run(() => Compute(folder, known, cancellationToken), cancellationToken);
    }

    private static Reading<byte[]> Compute(string folder, IReadOnlyDictionary<string, byte[]> known, CancellationToken cancellationToken)
    {
        try
        {
            var names = CheckpointFiles.In(folder);
            var lines = new string[names.Count];
            Parallel.For(0, names.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken }, i =>
            {
                var path = Path.Combine(folder, names[i]);
                var hash = known.GetValueOrDefault(names[i]) ?? HashOf(path, cancellationToken);
                lines[i] = string.Create(CultureInfo.InvariantCulture, $"{names[i]} {new FileInfo(path).Length} {Convert.ToHexStringLower(hash)}\n");
            });

            return lines.Length > 0
                ? Reading.Accept(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))))
                : Reading.Refuse<byte[]>(folder, "holds no checkpoint file");
        }
        catch (AggregateException failed) when (failed.InnerException is IOException or UnauthorizedAccessException)
        {
            return Reading.Refuse<byte[]>(folder, $"cannot be read ({failed.InnerException.Message})");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return Reading.Refuse<byte[]>(folder, $"cannot be read ({failed.Message})");
        }
    }

    private static byte[] HashOf(string path, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (var position = 0L; RandomAccess.Read(file, piece.AsSpan(0, PieceBytes), position) is > 0 and var read; position += read)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(piece, 0, read);
            }

            return hash.GetHashAndReset();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
