using System.Text;
using Google.Protobuf;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.TestKit.Memory;

namespace LoraFaaS.Gateway.Tests.Authentication;

public sealed class AccessTableTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_right_key_is_found_and_a_changed_letter_is_not()
    {
        var ring = new KeyRing();
        var text = ring.Add();
        var table = AccessTable.Read(ring.Access);

        Assert.IsType<KeyLookup.Found>(table.Find($"Bearer {text}", Now));
        Assert.IsType<KeyLookup.Found>(table.Find($"bearer  {text} ", Now));

        for (var i = 0; i < text.Length; i++)
        {
            var wrong = text[..i] + (text[i] == 'b' ? 'c' : 'b') + text[(i + 1)..];
            Assert.IsNotType<KeyLookup.Found>(table.Find($"Bearer {wrong}", Now));
        }
    }

    [Fact]
    public void Looking_a_key_up_allocates_nothing()
    {
        var ring = new KeyRing();
        var header = $"Bearer {ring.Add()}";
        var table = AccessTable.Read(ring.Access);

        Assert.Equal(0, Allocations.Least(() => table.Find(header, Now)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer ")]
    [InlineData("Bearer sk-anything")]
    [InlineData("Basic YTpi")]
    public void What_is_no_key_of_ours_is_none(string? authorization) =>
        Assert.IsType<KeyLookup.Absent>(AccessTable.Empty.Find(authorization, Now));

    [Fact]
    public void Two_texts_live_until_the_older_one_ends_and_none_after_the_key()
    {
        var ring = new KeyRing();
        var old = ApiKeyText.New(new ApiKeyId("00000000000000aa"));
        var text = ApiKeyText.New(new ApiKeyId("00000000000000aa"));
        var key = new ApiKey { Id = "00000000000000aa", Namespace = "openfaas-fn", ExpiresUnixMs = Now.AddDays(9).ToUnixTimeMilliseconds() };
        key.Secrets.Add(new ApiKeySecret { Hash = ByteString.CopyFrom(ApiKeyText.Hash(text)) });
        key.Secrets.Add(new ApiKeySecret { Hash = ByteString.CopyFrom(ApiKeyText.Hash(old)), ExpiresUnixMs = Now.AddDays(1).ToUnixTimeMilliseconds() });
        ring.Access.Keys.Add(key);
        var table = AccessTable.Read(ring.Access);

        Assert.IsType<KeyLookup.Found>(table.Find($"Bearer {old}", Now));
        Assert.IsType<KeyLookup.Found>(table.Find($"Bearer {text}", Now));
        Assert.Contains("expired", Assert.IsType<KeyLookup.Refused>(table.Find($"Bearer {old}", Now.AddDays(1))).Reason, StringComparison.Ordinal);
        Assert.IsType<KeyLookup.Found>(table.Find($"Bearer {text}", Now.AddDays(9).AddMilliseconds(-1)));
        Assert.IsType<KeyLookup.Refused>(table.Find($"Bearer {text}", Now.AddDays(9)));
    }

    [Fact]
    public void No_header_makes_the_look_up_throw_or_find_a_key()
    {
        var random = new Random(11);
        var ring = new KeyRing();
        var right = ring.Add();
        var table = AccessTable.Read(ring.Access);

        for (var i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder($"Bearer {right}");

            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(7, text.Length);
                _ = random.Next(3) switch
                {
                    0 => text.Remove(at, 1),
                    1 => text.Insert(at, (char)random.Next(1, 0xffff)),
                    _ => text.Replace(text[at], (char)random.Next(1, 0x100), at, 1),
                };
            }

            var given = text.ToString();
            Assert.True(table.Find(given, Now) is not KeyLookup.Found || given["Bearer ".Length..].Trim() == right);
        }
    }
}
