using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LoraFaaS.Bench.Synthesis;

/// <summary>
/// A byte-level tokenizer of any size: a token a byte, then filler that no text encodes to but every generated id decodes from, then the
/// special tokens. So a random backbone can be served through the whole platform.
/// </summary>
internal static class SyntheticTokenizer
{
    private static readonly string[] Special = ["<|bos|>", "<|eos|>", "<|user|>", "<|assistant|>", "<|system|>"];

    public const string Config = """
        {
          "bos_token": "<|bos|>", "eos_token": "<|eos|>", "add_bos_token": false, "clean_up_tokenization_spaces": false,
          "tokenizer_class": "PreTrainedTokenizerFast",
          "chat_template": "{{ bos_token }}{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + eos_token }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
        }
        """;

    public static int Bos(int vocabulary) => vocabulary - Special.Length;

    public static int Eos(int vocabulary) => Bos(vocabulary) + 1;

    public static byte[] Json(int vocabulary)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            WriteSpecial(json, vocabulary);
            json.WriteNull("normalizer");
            WriteByteLevel(json, "pre_tokenizer");
            json.WriteNull("post_processor");
            WriteByteLevel(json, "decoder");
            WriteModel(json, vocabulary);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteSpecial(Utf8JsonWriter json, int vocabulary)
    {
        json.WriteStartArray("added_tokens");
        for (var i = 0; i < Special.Length; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", Bos(vocabulary) + i);
            json.WriteString("content", Special[i]);
            json.WriteBoolean("single_word", false);
            json.WriteBoolean("lstrip", false);
            json.WriteBoolean("rstrip", false);
            json.WriteBoolean("normalized", false);
            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteByteLevel(Utf8JsonWriter json, string property)
    {
        json.WriteStartObject(property);
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", true);
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, int vocabulary)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteStartObject("vocab");
        var id = 0;
        foreach (var character in ByteCharacters())
        {
            json.WriteNumber(character.ToString(), id++);
        }

        for (; id < Bos(vocabulary); id++)
        {
            json.WriteNumber(string.Create(CultureInfo.InvariantCulture, $"Ġw{id}"), id);
        }

        for (var i = 0; i < Special.Length; i++)
        {
            json.WriteNumber(Special[i], id++);
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>GPT-2's printable stand-in for each byte.</summary>
    private static IEnumerable<Rune> ByteCharacters()
    {
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            yield return new Rune(printable ? value : next++);
        }
    }
}
