using System.Text;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.TestKit.Files;

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

    [Fact]
    public async Task No_request_makes_the_controller_fail()
    {
        var random = new Random(20_261_121);

        for (var i = 0; i < 1_500; i++)
        {
            var (method, path, body) = Seeds[random.Next(Seeds.Length)];
            var query = path.IndexOf('?', StringComparison.Ordinal);
            var target = query > 0 && random.Next(2) == 0 ? path[..(query + 1)] + Uri.EscapeDataString(MutatedText.Create(random, path[(query + 1)..])).Replace("%3D", "=", StringComparison.Ordinal).Replace("%26", "&", StringComparison.Ordinal) : path;
            using var request = new HttpRequestMessage(new HttpMethod(method), target);

            if (body.Length > 0)
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(MutatedText.Create(random, body)));
            }

            using var response = await demo.Controller.Http.SendAsync(request);
            await response.Content.ReadAsByteArrayAsync();

            Assert.True((int)response.StatusCode < 500, $"{method} {target} answered {(int)response.StatusCode}");
        }

        Assert.Equal(201, (await demo.Controller.AskAsync(HttpMethod.Post, "/system/secrets", """{"name":"after-the-storm","value":"x"}""")).Status);
    }
}
