using System.Text;
using LoraFaaS.Controller.Tests.Support;

namespace LoraFaaS.Controller.Tests.Api;

/// <summary>Seeded and bounded: mutated requests to everything that takes secrets, keys and audit queries. Nothing is a 5xx, and it still works after.</summary>
public sealed class SecurityFuzzTests(DemoController demo) : IClassFixture<DemoController>
{
    private static readonly (string Method, string Path, string Body)[] Seeds =
    [
        ("POST", "/system/secrets", """{"name":"fuzz","namespace":"openfaas-fn","value":"v","rawValue":"AAEC"}"""),
        ("PUT", "/system/secrets", """{"name":"fuzz","value":"\ud83d\ude00"}"""),
        ("DELETE", "/system/secrets", """{"name":"fuzz","namespace":""}"""),
        ("GET", "/system/secrets?namespace=openfaas-fn", ""),
        ("POST", "/api/v1/keys", """{"name":"fuzz","functions":["a","b"],"limits":{"requestsPerMinute":1,"tokensPerMinute":2},"expiresAt":"2990-01-01T00:00:00Z"}"""),
        ("POST", "/api/v1/keys/0123456789abcdef/rotate", """{"graceSeconds":5}"""),
        ("DELETE", "/api/v1/keys/0123456789abcdef", ""),
        ("GET", "/api/v1/keys?namespace=openfaas-fn", ""),
        ("GET", "/api/v1/audit?since=2030-01-01T00:00:00Z&limit=5&before=9", ""),
    ];

    private static readonly string[] Fragments =
    [
        "null", "-1", "1e400", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[[[[", "9223372036854775808", "true", ",", ":", "\"", "\\", "\"name\":", "%00", "&", "=", "Ω",
    ];

    [Fact]
    public async Task No_request_makes_the_controller_fail()
    {
        var random = new Random(20_261_121);

        for (var i = 0; i < 1_500; i++)
        {
            var (method, path, body) = Seeds[random.Next(Seeds.Length)];
            var query = path.IndexOf('?', StringComparison.Ordinal);
            var target = query > 0 && random.Next(2) == 0 ? path[..(query + 1)] + Uri.EscapeDataString(Mutate(random, path[(query + 1)..])).Replace("%3D", "=", StringComparison.Ordinal).Replace("%26", "&", StringComparison.Ordinal) : path;
            using var request = new HttpRequestMessage(new HttpMethod(method), target);

            if (body.Length > 0)
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Mutate(random, body)));
            }

            using var response = await demo.Controller.Http.SendAsync(request);
            await response.Content.ReadAsByteArrayAsync();

            Assert.True((int)response.StatusCode < 500, $"{method} {target} answered {(int)response.StatusCode}");
        }

        Assert.Equal(201, (await demo.Controller.AskAsync(HttpMethod.Post, "/system/secrets", """{"name":"after-the-storm","value":"x"}""")).Status);
    }

    private static string Mutate(Random random, string text)
    {
        var mutated = new StringBuilder(text);

        for (var i = random.Next(4); i > 0 && mutated.Length > 0; i--)
        {
            var at = random.Next(mutated.Length);

            switch (random.Next(4))
            {
                case 0:
                    mutated[at] = (char)random.Next(0, 0x250);
                    break;
                case 1:
                    mutated.Remove(at, Math.Min(random.Next(10), mutated.Length - at));
                    break;
                case 2:
                    mutated.Insert(at, Fragments[random.Next(Fragments.Length)]);
                    break;
                default:
                    mutated.Length = at;
                    break;
            }
        }

        return mutated.ToString();
    }
}
