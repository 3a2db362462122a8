using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.Vllm;

/// <summary>The body of <c>/v1/load_lora_adapter</c>. A path is a <c>lora://</c> reference or a folder that the controller sees.</summary>
internal sealed record AdapterLoad(string Name, string Path, bool InPlace)
{
    public static (AdapterLoad? Load, Problem? Problem) Parse(ReadOnlyMemory<byte> body) => JsonBody.Read(body, Read);

    private static AdapterLoad? Read(JsonFields fields)
    {
        var name = fields.String("lora_name");
        var path = fields.String("lora_path");
        var inPlace = fields.Bool("load_inplace") ?? false;

        // vLLM's flag for weights of mixture-of-experts layers in one tensor; a PEFT file says itself how it is laid out.
        _ = fields.Bool("is_3d_lora_weight");

        if (string.IsNullOrEmpty(name) || string.IsNullOrEmpty(path))
        {
            fields.Problems.Add(string.IsNullOrEmpty(name) ? "lora_name" : "lora_path", "Both 'lora_name' and 'lora_path' must be provided.");
            return null;
        }

        return new AdapterLoad(name, path, inPlace);
    }
}
