using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Authentication;

/// <summary>The one user of the control API. Only hashes are kept and compared, so that neither length nor content shows in the time it takes.</summary>
internal sealed class AdminCredentials
{
    private const string Scheme = "Basic ";

    private readonly byte[] _userHash;
    private readonly byte[] _passwordHash;

    public AdminCredentials(IOptions<GatewayOptions> options)
    {
        User = options.Value.User;
        _userHash = Hash(User);
        _passwordHash = Hash(PasswordFile.Read(options.Value.PasswordFile));
    }

    public string User { get; }

    /// <summary>True only for this user's Basic credentials; any other scheme is simply not them.</summary>
    public bool Accepts(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || !TryDecode(authorization.AsSpan(Scheme.Length).Trim(), out var pair))
        {
            return false;
        }

        var colon = pair.IndexOf(':', StringComparison.Ordinal);

        if (colon < 0)
        {
            return false;
        }

        // Both are always compared: a wrong user takes as long as a wrong password.
        var sameUser = CryptographicOperations.FixedTimeEquals(Hash(pair[..colon]), _userHash);
        var samePassword = CryptographicOperations.FixedTimeEquals(Hash(pair[(colon + 1)..]), _passwordHash);

        return sameUser & samePassword;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static bool TryDecode(ReadOnlySpan<char> base64, out string pair)
    {
        var bytes = new byte[(base64.Length * 3 / 4) + 3];
        var valid = Convert.TryFromBase64Chars(base64, bytes, out var written);
        pair = valid ? Encoding.UTF8.GetString(bytes, 0, written) : "";

        return valid;
    }
}
