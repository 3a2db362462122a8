using System.Diagnostics;
using LoraFaaS.Engine.Grammars;

namespace LoraFaaS.Engine.Tests.Grammars;

/// <summary>What single keywords let through and what they do not; what is refused, and that nothing a caller sends takes long.</summary>
public sealed class SchemaTests
{
    private const string Tree = """{"type":"object","properties":{"v":{"type":"integer"},"next":{"$ref":"#"}},"required":["v"],"additionalProperties":false}""";

    [Theory]
    [InlineData("""{"type":"integer","minimum":-5,"maximum":12}""", "-5|0|9|10|12|-1", "-6|13|1.0|01|-0|1e1|99")]
    [InlineData("""{"type":"integer","minimum":0.5,"exclusiveMaximum":3}""", "1|2", "0|3|-1")]
    [InlineData("""{"type":"number","minimum":0,"maximum":1}""", "0|1|0.25|1.0|0.0", "1.01|-0.5|2|1e0")]
    [InlineData("""{"type":"number","exclusiveMinimum":-2,"exclusiveMaximum":0}""", "-1|-0.5|-1.99", "0|-2|-2.0|0.5|-0|-0.0")]
    [InlineData("""{"type":"number"}""", "0|-0|1.5e+10|1E-3", "+1|.5|1.|1e|1e999")]
    [InlineData("""{"type":"string","minLength":1,"maxLength":2}""", "\"é\"|\"😀x\"|\"\\uD83D\\uDE00\"|\"\\n\"", "\"\"|\"abc\"|\"\\uD83D\"|\"\\uDE00\"|\"\\x\"|\"\n\"")]
    [InlineData("""{"type":"string","pattern":"^a+b?$"}""", "\"a\"|\"aab\"", "\"b\"|\"abb\"|\"xa\"")]
    [InlineData("""{"pattern":"^x$|^y"}""", "\"x\"|\"yes\"", "\"xx\"|\"zy\"|1")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2026-11-21\"", "\"2026-13-01\"|\"today\"")]
    [InlineData("""{"enum":["a",1,null,{"k":[1,2]}]}""", "\"a\"|1|null|{\"k\":[1,2]}|{\"k\": [1, 2]}", "\"b\"|2|{}")]
    [InlineData("""{"enum":["a",1],"type":"string"}""", "\"a\"", "1")]
    [InlineData("""{"enum":["a","b"],"const":"b"}""", "\"b\"", "\"a\"")]
    [InlineData("""{"type":"array","items":{"type":"null"},"minItems":1,"maxItems":2}""", "[null]|[null,null]|[ null, null ]|[\n  null\n]", "[]|[null,null,null]|[null,]")]
    [InlineData("""{"type":"array","prefixItems":[{"const":1},{"const":2}],"items":false}""", "[]|[1]|[1,2]", "[2]|[1,2,3]")]
    [InlineData("""{"type":"array","maxItems":0}""", "[]|[ ]", "[1]")]
    [InlineData(Tree, """{"v":1}|{"v":1,"next":{"v":2}}|{ "v": 1 }""", """{}|{"next":{"v":2}}|{"v":1,"x":2}|{"v":1,}""")]
    [InlineData("""{"properties":{"a":{"type":"null"},"b":{"type":"null"}},"additionalProperties":{"type":"integer"}}""",
        """{}|{"a":null}|{"b":null}|{"a":null,"b":null,"c":1}|{"aa":1}|{"":1}""", """{"a":1}|{"b":null,"b":1}|{"\u0061":1}|{"c":null}|[]""")]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"a":{"maximum":3},"b":{}}}]}""",
        """{"a":3}|{"a":-1,"b":[{}]}""", """{"a":4}|{"b":1}""")]
    [InlineData("""{"type":"object","properties":{"k":{}},"anyOf":[{"properties":{"k":{"const":1}}},{"properties":{"k":{"type":"null"}}}],"required":["k"]}""",
        """{"k":1}|{"k":null}""", """{"k":2}|{}""")]
    [InlineData("""{"type":"object","maxProperties":1,"minProperties":1}""", """{"x":1}""", """{}|{"x":1,"y":2}""")]
    [InlineData("""{"type":["string","null"],"title":"t","description":"d","default":null,"x-note":1}""", "\"\"|null", "1|true")]
    [InlineData("""{"$defs":{"P":{"type":"object","properties":{"x":{"type":"integer"},"in":{"anyOf":[{"$ref":"#/$defs/P"},{"type":"null"}],"default":null}},"required":["x"],"title":"P"}},"type":"array","items":{"$ref":"#/$defs/P"}}""",
        """[]|[{"x":1}]|[{"x":1,"in":null}]|[{"x":1,"in":{"x":2,"in":{"x":3}}}]""", """{"x":1}|[{"in":null}]|[{"x":1,"in":{}}]""")]
    [InlineData("""{"anyOf":[{"$id":"tool:0","$defs":{"T":{"const":1}},"properties":{"a":{"$ref":"#/$defs/T"}},"required":["a"]},{"$id":"tool:1","definitions":{"T":{"const":2}},"properties":{"b":{"$ref":"#/definitions/T"}},"required":["b"]}]}""",
        """{"a":1}|{"b":2}""", """{"a":2}|{"b":1}|{}""")]
    [InlineData("""{"properties":{"tree":{"$id":"tree","properties":{"v":{"const":1},"next":{"$ref":"#"}},"required":["v"]},"same":{"$ref":"#/properties/tree/properties/next"}}}""",
        """{"tree":{"v":1,"next":{"v":1}}}|{"same":{"v":1}}|{}""", """{"tree":{"next":{}}}|{"same":{}}|{"tree":{"v":1,"tree":{}}}""")]
    [InlineData("""{"$defs":{"a/b":{"const":1},"$id":{"const":2}},"properties":{"x":{"$id":"#x","$ref":"#/$defs/a~1b"},"y":{"$ref":"#/$defs/%24id"}}}""", """{"x":1}|{"y":2}""", """{"x":2}|{"y":1}""")]
    [InlineData("""{"type":"object","propertyNames":{"type":"string"},"additionalProperties":{"type":"integer"}}""", """{}|{"any":1}""", """{"any":"x"}""")]
    [InlineData("""{"$defs":{"T":{"$anchor":"named","type":"integer"},"old":{"$id":"#older","const":2}},"properties":{"a":{"$ref":"#named"},"b":{"$ref":"#older"}}}""", """{"a":1,"b":2}|{}""", """{"a":"x"}|{"b":1}""")]
    [InlineData("""{"anyOf":[{"$id":"one","$ref":"#v","$defs":{"T":{"$anchor":"v","const":1}}},{"$id":"two","$ref":"#v","$defs":{"T":{"$anchor":"v","const":2}}}]}""", "1|2", "3")]
    [InlineData("""{"$anchor":"tree","type":"object","properties":{"$anchor":{"type":"array","items":{"$ref":"#tree"}},"enum":{"$ref":"#leaf"}},"additionalProperties":false,"$defs":{"enum":{"$anchor":"leaf","const":{"$anchor":"leaf"}}}}""",
        """{}|{"$anchor":[{},{"$anchor":[]}]}|{"enum":{"$anchor":"leaf"}}""", """{"$anchor":[1]}|{"enum":1}""")]
    [InlineData("""{"type":"array","items":{"enum":["a","b",1]},"uniqueItems":true}""", "[]|[\"b\"]|[1,\"a\",\"b\"]|[ \"a\", 1 ]", "[1,1]|[\"a\",\"b\",1,\"a\"]|[\"c\"]|[\"a\",]")]
    [InlineData("""{"items":{"enum":["a","b","c"]},"uniqueItems":true,"minItems":2,"maxItems":2}""", "[\"b\",\"a\"]|[\"c\",\"a\"]", "[]|[\"a\"]|[\"a\",\"a\"]|[\"a\",\"b\",\"c\"]")]
    [InlineData("""{"items":{"anyOf":[{"type":["boolean","null"]},{"enum":[1,1.0,true]}]},"uniqueItems":true,"minItems":1}""", "[null,true,false,1]|[false]", "[]|[true,true]|[1,1.0]|[null,1,null]|[2]")]
    [InlineData("""{"type":"array","items":{"type":"string"},"uniqueItems":true,"maxItems":1}""", "[]|[\"any\"]", "[\"a\",\"b\"]")]
    [InlineData("""{"type":"array","items":{"type":"string"},"uniqueItems":false}""", "[\"a\",\"a\"]", "[1]")]
    [InlineData("""true""", "1|[]|{\"a\":[1,{\"b\":null}]}|\"x\"", "|[1|nul")]
    public void A_keyword_lets_through_what_it_says(string schema, string valid, string invalid)
    {
        var grammar = TestVocabulary.Compile(schema);

        Assert.All(valid.Split('|'), text => Assert.True(TestVocabulary.Accepts(grammar, text), text));
        Assert.All(invalid.Split('|'), text => Assert.False(TestVocabulary.Accepts(grammar, text), text));
    }

    [Theory]
    [InlineData("""{"not":{}}""", "not is not supported")]
    [InlineData("""{"type":"object","patternProperties":{}}""", "patternProperties")]
    [InlineData("""{"properties":{"a":{"if":{}}}}""", "/properties/a: if is not supported")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "uniqueItems is supported only")]
    [InlineData("""{"properties":{"a":{"items":{"type":"string"},"uniqueItems":true}}}""", "/properties/a: uniqueItems is supported only")]
    [InlineData("""{"prefixItems":[{"const":1}],"items":{"const":2},"uniqueItems":true}""", "uniqueItems is supported only")]
    [InlineData("""{"items":{"enum":[0,1,2,3,4,5,6,7,8,9,10]},"uniqueItems":true}""", "uniqueItems is supported only")]
    [InlineData("""{"items":{"enum":[1,2]},"uniqueItems":true,"minItems":3}""", "No value satisfies")]
    [InlineData("""{"items":true,"uniqueItems":1}""", "uniqueItems must be true or false")]
    [InlineData("""{"type":"object","propertyNames":{"enum":["a"]}}""", "/propertyNames: propertyNames is supported only")]
    [InlineData("""{"$defs":{"T":{}},"properties":{"a":{"$id":"own","items":{"$ref":"#/$defs/T"}}}}""", "/properties/a/items: $ref #/$defs/T leads nowhere")]
    [InlineData("""{"$ref":"#named","$defs":{"T":{"default":{"$anchor":"named"},"examples":[{"$anchor":"named"}]}}}""", "$ref #named leads nowhere")]
    [InlineData("""{"$ref":"#named","$defs":{"T":{"$id":"other","$anchor":"named"}}}""", "$ref #named leads nowhere")]
    [InlineData("""{"$ref":"#named","$defs":{"T":{"$anchor":"named"},"U":{"$anchor":"named"}}}""", "2 schemas have this $anchor")]
    [InlineData("""{"$ref":"other#named"}""", "leads out")]
    [InlineData("""{"type":"number","multipleOf":0.1}""", "multipleOf")]
    [InlineData("""{"type":"number","minimum":0.5}""", "must be whole")]
    [InlineData("""{"type":"strin"}""", "type strin")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "leads nowhere")]
    [InlineData("""{"$ref":"https://example.com/s"}""", "leads out")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"type":"null"}]}""", "defined by itself")]
    [InlineData("""{"type":"object","properties":{"self":{"$ref":"#"}},"required":["self"]}""", "No value satisfies")]
    [InlineData("""{"type":"string","minLength":3,"maxLength":2}""", "No value satisfies")]
    [InlineData("""{"type":"string","pattern":"(?=a)"}""", "looking ahead")]
    [InlineData("""{"type":"string","pattern":"(a)\\1"}""", "pattern is not supported")]
    [InlineData("""{"type":"string","pattern":"(a"}""", "not closed")]
    [InlineData("""{"enum":["a"],"minLength":3}""", "enum and const")]
    [InlineData("""{"const":"\ud800"}""", "Unicode")]
    [InlineData("""{"type":"object",}""", "not valid JSON")]
    [InlineData("""[]""", "a schema is an object")]
    [InlineData("""{"minItems":-1}""", "minItems")]
    [InlineData("false", "No value satisfies")]
    public void What_cannot_be_kept_is_refused_by_name(string schema, string why)
    {
        var refusal = TestVocabulary.WhyRefused(schema);

        Assert.NotNull(refusal);
        Assert.StartsWith("response_format: ", refusal, StringComparison.Ordinal);
        Assert.Contains(why, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_under_a_name_of_thousands_of_characters_is_refused() =>
        Assert.Contains("names are too long", TestVocabulary.WhyRefused(Under(new string('n', 3_000), "{}")), StringComparison.Ordinal);

    public static TheoryData<string> Hostile() =>
    [
        $$"""{"type":"string","maxLength":{{int.MaxValue}}}""",
        """{"type":"array","items":{"type":"string","maxLength":20000},"maxItems":20000}""",
        """{"type":"string","pattern":"^((((a{99}){99}){99}){99})$"}""",
        """{"type":"string","pattern":"^(.*x.{30}){30}$"}""",
        """{"type":"string","pattern":"^(a?){5000}a{5000}$"}""",
        """{"type":"string","pattern":"(((a*)*)*)*b"}""",
        $$"""{"type":"string","pattern":"{{new string('(', 5000)}}"}""",
        $$"""{"allOf":[{{string.Join(',', Enumerable.Repeat("""{"anyOf":[{"type":"null"},{"type":"string"}]}""", 30))}}]}""",
        $$"""{"allOf":[{{string.Join(',', Enumerable.Repeat("{}", 30_000))}}]}""",
        "{\"$defs\":{" + string.Join(',', Enumerable.Range(0, 2_000).Select(i => $"\"d{i}\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}")) + "},\"$ref\":\"#/$defs/d0\"}",
        "{\"properties\":{" + string.Join(',', Enumerable.Range(0, 4_000).Select(i => $"\"p{i}\":{{}}")) + "}}",
        $$"""{"enum":[{{string.Join(',', Enumerable.Range(0, 9_000).Select(i => $"\"v{i}\""))}}]}""",
        .. LongNames("{"),
        .. LongNames("{\"$ref\":\"#far\","),
        string.Concat(Enumerable.Repeat("{\"items\":", 63)) + "{}" + new string('}', 63),
        $$"""{"type":"string","title":"{{new string('x', 200_000)}}"}""",
    ];

    /// <summary>One long name above many schemas, in one step and in several.</summary>
    private static IEnumerable<string> LongNames(string first)
    {
        var many = "{\"properties\":{" + string.Join(',', Enumerable.Range(0, 4_000).Select(i => $"\"p{i}\":{{}}")) + "}}";
        yield return first + Under(new string('n', 60_000), many)[1..];
        yield return first + Under(new string('n', 1_500), Under(new string('m', 1_500), many))[1..];
    }

    private static string Under(string name, string schema) => "{\"properties\":{\"" + name + "\":" + schema + "}}";

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Nothing_a_caller_sends_takes_much_time_or_memory(string schema)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var refusal = TestVocabulary.WhyRefused(schema);
        var megabytes = (GC.GetAllocatedBytesForCurrentThread() - before) >> 20;

        TestContext.Current.SendDiagnosticMessage("{0} ms, {1} MB: {2}", clock.ElapsedMilliseconds, megabytes, refusal ?? "accepted");
        Assert.True(megabytes < 150, $"{megabytes} MB");
    }

    [Fact]
    public void White_space_comes_to_an_end()
    {
        var grammar = TestVocabulary.Compile(GrammarCompiler.AnyObject);
        var state = grammar.Start;
        var spaces = 0;

        while (state.Next("{\n"u8) is { IsDead: false } && spaces < 1_000 && Accepts(spaces))
        {
            spaces++;
        }

        Assert.Equal(GrammarLimits.Indentation + 1, spaces);
        Assert.True(grammar.Start.Next("{  "u8).IsDead);

        bool Accepts(int count) => TestVocabulary.Accepts(grammar, $"{{\n{new string(' ', count)}}}");
    }

    [Fact]
    public void Nesting_ends_where_json_readers_stop_and_can_always_be_closed()
    {
        var grammar = TestVocabulary.Compile("{}");
        var depth = 0;

        while (!grammar.Start.Next(System.Text.Encoding.UTF8.GetBytes(new string('[', depth + 1))).IsDead)
        {
            depth++;
        }

        Assert.InRange(depth, 55, 64);
        Assert.True(TestVocabulary.Accepts(grammar, new string('[', depth) + new string(']', depth)));
    }
}
