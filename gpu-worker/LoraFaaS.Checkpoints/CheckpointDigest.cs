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
    /// <summary>One pass over every byte: minutes for a large checkpoint on a slow disk, so it can be cancelled.</summary>
    /// <returns>The 32 bytes of the digest.</returns>
    public static async Task<Reading<byte[]>> ComputeAsync(string folder, CancellationToken cancellationToken)
    {
        var listing = new StringBuilder();
        try
        {
            foreach (var name in CheckpointFiles.In(folder))
            {
                await using var file = new FileStream(
                    Path.Combine(folder, name), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);

                var hash = await SHA256.HashDataAsync(file, cancellationToken);
                listing.Append(CultureInfo.InvariantCulture, $"{name} {file.Length} {Convert.ToHexStringLower(hash)}\n");
            }
        }
        catch (IOException failed)
        {
            return Reading.Refuse<byte[]>(folder, $"cannot be read ({failed.Message})");
        }
        catch (UnauthorizedAccessException denied)
        {
            return Reading.Refuse<byte[]>(folder, $"cannot be read ({denied.Message})");
        }

        return listing.Length > 0
            ? Reading.Accept(SHA256.HashData(Encoding.UTF8.GetBytes(listing.ToString())))
            : Reading.Refuse<byte[]>(folder, "holds no checkpoint file");
    }
}
