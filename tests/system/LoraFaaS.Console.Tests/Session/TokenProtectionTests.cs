using System.Security.Cryptography;
using LoraFaaS.Console.Session;
using LoraFaaS.ServiceDefaults.Trust;

namespace LoraFaaS.ConsoleTests.Session;

public sealed class TokenProtectionTests
{
    private static readonly byte[] Secret = "user and password"u8.ToArray();

    [Fact]
    public void Another_console_of_the_platform_opens_it_and_nobody_else()
    {
        var sealedText = Of("a").CreateProtector("login").Protect(Secret);

        Assert.Equal(Secret, Of("a").CreateProtector("login").Unprotect(sealedText));
        Assert.ThrowsAny<CryptographicException>(() => Of("a").CreateProtector("forms").Unprotect(sealedText));
        Assert.ThrowsAny<CryptographicException>(() => Of("b").CreateProtector("login").Unprotect(sealedText));
        Assert.ThrowsAny<CryptographicException>(() => Of("a").CreateProtector("login").Unprotect(sealedText[..^1]));
        Assert.ThrowsAny<CryptographicException>(() => Of("a").CreateProtector("login").Unprotect([]));
        Assert.NotEqual(sealedText, Of("a").CreateProtector("login").Protect(Secret));
    }

    [Fact]
    public void One_changed_bit_is_found()
    {
        var protector = Of("a").CreateProtector("login");
        var sealedText = protector.Protect(Secret);

        for (var i = 0; i < sealedText.Length; i++)
        {
            var changed = sealedText.ToArray();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => protector.Unprotect(changed));
        }
    }

    private static TokenProtection Of(string token) => new(new InternalToken(new string(token[0], 64)));
}
