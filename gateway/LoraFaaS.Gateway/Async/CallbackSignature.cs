using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Async;

/// <summary>
/// <c>X-Lorafaas-Signature: sha256=HEX</c>, where HEX is HMAC-SHA256 under the shared secret of
/// <c>X-Call-Id + "." + X-Function-Status + "." + body</c>: a receiver can tell that this call ended so, and that nobody changed it.
/// </summary>
internal sealed class CallbackSignature
{
    private readonly byte[]? _secret;

    public CallbackSignature(IOptions<AsyncOptions> options)
    {
        var file = options.Value.CallbackSecretFile;
        _secret = file.Length > 0 ? Encoding.UTF8.GetBytes(File.ReadAllText(file).TrimEnd('\r', '\n')) : null;
    }

    /// <summary>Null: there is no secret to sign with.</summary>
    public string? Of(string callId, int status, ReadOnlySpan<byte> body)
    {
        if (_secret is null)
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{callId}.{status}.")));
        hash.AppendData(body);
        return "sha256=" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
