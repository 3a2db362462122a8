using System.Net.Http.Headers;
using System.Text;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Door;

/// <summary>Good requests of every dialect and of the control API, and what becomes of them under a seed.</summary>
internal static class FuzzedRequest
{
    private static readonly (string Method, string Path, string Body)[] Seeds =
    [
        ("POST", "/function/sentiment?max_tokens=1", "the soup was cold"),
        ("POST", "/function/sentiment/a/b?seed=1&temperature=0.5&max_tokens=1", """{"prompt":"h\u00e9llo","parameters":{"max_new_tokens":1},"top_p":0.9}"""),
        ("POST", "/async-function/nobody", "x"),
        ("POST", "/v1/chat/completions", """{"model":"en-fr","messages":[{"role":"user","content":"hello"}],"temperature":0.5,"max_tokens":1,"stop":["a","b"],"stream":true}"""),
        ("POST", "/v1/completions", """{"model":"en-fr","prompt":["a","b"],"n":2,"max_tokens":1,"logprobs":1,"logit_bias":{"5":1},"seed":-3}"""),
        ("POST", "/v1/chat/completions", """{"model":"en-fr","messages":[{"role":"user","content":"hello"}],"max_tokens":1,"tools":[{"type":"function","function":{"name":"a","parameters":{"$ref":"#x","$defs":{"X":{"$anchor":"x","type":"object","properties":{"c":{"type":"array","items":{"enum":["a","b"]},"uniqueItems":true}}}}}}},{"type":"function","function":{"name":"b"}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"a"}}]}}}"""),
        ("GET", "/v1/models", ""),
        ("GET", "/v1/models/en-fr", ""),
        ("POST", "/generate", """{"inputs":"hello","parameters":{"adapter_id":"en-fr","max_new_tokens":1,"details":true}}"""),
        ("POST", "/generate_stream", """{"inputs":"hello","parameters":{"adapter_id":"lora://lory-5m/en-fr","max_new_tokens":1}}"""),
        ("GET", "/v2/models/en-fr/ready", ""),
        ("POST", "/v2/models/en-fr/generate", """{"text_input":"hello","parameters":{"max_tokens":1}}"""),
        ("POST", "/v1/load_lora_adapter", """{"lora_name":"fuzz","lora_path":"/no/such/../folder"}"""),
        ("GET", "/system/functions?namespace=openfaas-fn", ""),
        ("POST", "/system/functions", """{"service":"fuzz","image":"lora://lory-5m/nobody:v1","labels":{"a":"b"},"limits":{"memory":"64Mi"},"secrets":["x"]}"""),
        ("PUT", "/system/functions", """{"service":"fuzz","image":"lora://lory-5m/nobody:v1","annotations":{"lorafaas.io/priority":"low"}}"""),
        ("DELETE", "/system/functions", """{"functionName":"fuzz","namespace":"openfaas-fn"}"""),
        ("GET", "/system/function/en-fr?usage=1", ""),
        ("POST", "/system/scale-function/nobody", """{"serviceName":"nobody","replicas":1}"""),
        ("GET", "/system/logs?name=en-fr&tail=3&since=2030-01-01T00:00:00Z", ""),
        ("POST", "/system/secrets", """{"name":"fuzz","namespace":"openfaas-fn","value":"v","rawValue":"AAEC"}"""),
        ("DELETE", "/system/secrets", """{"name":"fuzz"}"""),
        ("POST", "/system/namespace/", """{"name":"fuzz","labels":{"openfaas":"1"}}"""),
        ("DELETE", "/system/namespace/fuzz", """{"name":"fuzz"}"""),
        ("POST", "/system/alert", """{"status":"firing","receiver":"x","alerts":[{"status":"firing","labels":{"alertname":"a","function_name":"nobody"}}]}"""),
        ("PUT", "/api/v1/adapters/lory-5m/..%2fescape?tag=v1", "not a tar"),
        ("POST", "/api/v1/backbones", """{"name":"fuzz","path":"/no/such/../folder"}"""),
        ("POST", "/api/v1/packages", "PK"),
        ("POST", "/api/v1/keys", """{"name":"fuzz","functions":["a"],"limits":{"requestsPerMinute":1},"expiresAt":"2990-01-01T00:00:00Z"}"""),
        ("GET", "/api/v1/audit?since=2030-01-01T00:00:00Z&limit=5&before=9", ""),
        ("GET", "/api/v1/usage?since=2030-01-01T00:00:00Z", ""),
        ("GET", "/api/v1/async/dead?limit=3", ""),
        ("POST", "/api/v1/async/nobody/replay", ""),
        ("GET", "/system/forecast/en-fr", ""),
        ("POST", "/", """{"inputs":"hello","stream":true,"parameters":{"adapter_id":"en-fr","max_new_tokens":1}}"""),
        ("GET", "/info", ""),
        ("GET", "/health", ""),
        ("GET", "/healthz", ""),
        ("GET", "/metrics", ""),
        ("POST", "/openai/v1/completions", """{"model":"en-fr","prompt":"a","best_of":2,"max_tokens":1}"""),
        ("POST", "/v1/unload_lora_adapter", """{"lora_name":"nobody","lora_int_id":1}"""),
        ("GET", "/v2/models", ""),
        ("GET", "/v2/models/en-fr/versions/1", ""),
        ("POST", "/v2/models/en-fr/infer", """{"id":"a","inputs":[{"name":"text_input","datatype":"BYTES","shape":[1],"data":["hello"]}],"parameters":{"max_tokens":1}}"""),
        ("POST", "/v2/models/en-fr/versions/1/generate_stream", """{"text_input":"hello","parameters":{"max_tokens":1}}"""),
        ("POST", "/async-function/sentiment?max_tokens=1", "the soup was cold"),
        ("DELETE", "/async-function/nobody", ""),
        ("GET", "/system/info", ""),
        ("GET", "/system/namespaces", ""),
        ("GET", "/system/namespace/openfaas-fn", ""),
        ("PUT", "/system/namespace/fuzz", """{"name":"fuzz","annotations":{"a":"b"}}"""),
        ("GET", "/system/secrets?namespace=openfaas-fn", ""),
        ("PUT", "/system/secrets", """{"name":"fuzz","value":"v"}"""),
        ("GET", "/system/function/en-fr/revisions", ""),
        ("GET", "/system/function/en-fr/traffic", ""),
        ("PUT", "/system/function/en-fr/traffic", """{"targets":[{"revision":1,"percent":90,"tag":"a"},{"percent":10}]}"""),
        ("POST", "/system/function/en-fr/promote", ""),
        ("POST", "/system/function/nobody/rollback", """{"to":1}"""),
        ("GET", "/system/forecasts", ""),
        ("GET", "/api/v1/backbones", ""),
        ("DELETE", "/api/v1/backbones/nobody", ""),
        ("GET", "/api/v1/adapters", ""),
        ("POST", "/api/v1/adapters", """{"folder":"/no/such/../folder","name":"fuzz"}"""),
        ("GET", "/api/v1/workers", ""),
        ("POST", "/api/v1/workers/nobody/drain", ""),
        ("POST", "/api/v1/workers/nobody/resume", ""),
        ("GET", "/api/v1/functions?limit=3&sort=name", ""),
        ("GET", "/api/v1/stats", ""),
        ("GET", "/api/v1/cost?since=2030-01-01T00:00:00Z", ""),
        ("GET", "/api/v1/moves?limit=2", ""),
        ("GET", "/api/v1/plan", ""),
        ("GET", "/api/v1/plans?limit=2", ""),
        ("GET", "/api/v1/keys?namespace=openfaas-fn", ""),
        ("POST", "/api/v1/keys/0123456789abcdef/rotate", """{"graceSeconds":5}"""),
        ("DELETE", "/api/v1/keys/0123456789abcdef", ""),
        ("GET", "/api/v1/async", ""),
        ("GET", "/api/v1/async/nobody", ""),
        ("DELETE", "/api/v1/async/nobody", ""),
    ];

    private static readonly string[] Types = ["application/json", "text/plain", "application/octet-stream", "application/cloudevents+json", "application/x-www-form-urlencoded", "a/b; charset=\"", ""];
    private static readonly string[] Accepts = ["*/*", "text/event-stream", ",,;;q=", "application/json", "application/x-ndjson"];

    private static readonly (HttpMethod Method, string Path)[] Uploads = [(HttpMethod.Put, "/api/v1/adapters/lory-5m/fuzz?tag=v1"), (HttpMethod.Post, "/api/v1/packages")];

    public static HttpRequestMessage Create(Random random, Uri gateway, string authorization) =>
        random.Next(50) == 0 ? CreateUpload(random, gateway, authorization) : CreateMutated(random, gateway, authorization);

    private static HttpRequestMessage CreateUpload(Random random, Uri gateway, string authorization)
    {
        var (method, path) = Uploads[random.Next(Uploads.Length)];
        var request = new HttpRequestMessage(method, new Uri(gateway, path)) { Content = new ByteArrayContent(HostileArchive.Create(random)) };
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return request;
    }

    private static HttpRequestMessage CreateMutated(Random random, Uri gateway, string authorization)
    {
        var (method, path, body) = Seeds[random.Next(Seeds.Length)];
        var target = random.Next(3) == 0 ? "/" + Uri.EscapeDataString(MutatedText.Create(random, path[1..])).Replace("%2F", "/", StringComparison.Ordinal).Replace("%3F", "?", StringComparison.Ordinal) : path;
        // Two slashes at the beginning would name another host.
        target = "/" + target.TrimStart('/');
        var request = new HttpRequestMessage(random.Next(20) == 0 ? HttpMethod.Patch : new HttpMethod(method), new Uri(gateway, target));
        request.Headers.TryAddWithoutValidation("Authorization", random.Next(30) == 0 ? MutatedText.Create(random, authorization).ReplaceLineEndings("") : authorization);
        request.Headers.TryAddWithoutValidation("Accept", Accepts[random.Next(Accepts.Length)]);

        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(random.Next(8) == 0 ? body : MutatedText.Create(random, body)));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.TryParse(Types[random.Next(3) == 0 ? random.Next(Types.Length) : 0], out var type) ? type : null;
        }

        return request;
    }
}
