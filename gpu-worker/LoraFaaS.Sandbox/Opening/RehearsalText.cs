using System.Text;
using System.Text.Json;
using Google.Protobuf;
using LoraFaaS.Checkpoints;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>The text side of a backbone of zeros: a token for each printable character of ASCII, three special ones, and a template.</summary>
internal static class RehearsalText
{
    private const string Configuration = """
        {
          "bos_token": "<s>", "eos_token": "</s>", "add_bos_token": false, "clean_up_tokenization_spaces": false, "tokenizer_class": "PreTrainedTokenizerFast",
          "chat_template": "{{ bos_token }}{% for message in messages %}{{ message['role'] + ':' + message['content'] + eos_token }}{% endfor %}{% if add_generation_prompt %}{{ '<a>' }}{% endif %}"
        }
        """;

    private const char First = '!';
    private const char Last = '~';
    private static readonly string[] Special = ["<s>", "</s>", "<a>"];

    public static IReadOnlyDictionary<string, ByteString> Files { get; } = new Dictionary<string, ByteString>(StringComparer.Ordinal)
    {
        [CheckpointFiles.Tokenizer] = ByteString.CopyFrom(Tokenizer()),
        [CheckpointFiles.TokenizerConfig] = ByteString.CopyFrom(Configuration, Encoding.UTF8),
    };

    private static byte[] Tokenizer()
    {
        // A byte-level alphabet writes a space as this letter.
        var letters = Enumerable.Range(First, Last - First + 1).Select(letter => ((char)letter).ToString()).Append("\u0120").ToList();
        var vocabulary = string.Join(',', letters.Select((letter, id) => $"\"{JsonEncodedText.Encode(letter)}\":{id}"));
        var added = string.Join(',', Special.Select((token, index) =>
            $$"""{"id":{{letters.Count + index}},"content":"{{token}}","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}"""));
        const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";
        return Encoding.UTF8.GetBytes($$"""
            {"version":"1.0","added_tokens":[{{added}}],"normalizer":null,"pre_tokenizer":{{ByteLevel}},"post_processor":null,"decoder":{{ByteLevel}},
             "model":{"type":"BPE","vocab":{{{vocabulary}}},"merges":[]} }
            """);
    }
}
