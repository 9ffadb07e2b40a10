namespace EventPipeline.Google.BigQuery;

/// <summary>
/// The CRC-32 of two texts one behind the other, from the CRC-32 of each: what comes behind shifts what came before by
/// its length, which is a multiplication of polynomials over two elements.
/// </summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc1952#section-8 gives the polynomial, reflected.</remarks>
internal static class Crc32Sum
{
    private const uint Polynomial = 0xEDB88320;
    private const uint One = 0x80000000;

    /// <summary>The CRC-32 of both.</summary>
    /// <param name="first">The CRC-32 of the first text; 0 where there is none.</param>
    /// <param name="second">That of the second.</param>
    /// <param name="length">How many bytes the second has.</param>
    public static uint Of(uint first, uint second, long length)
    {
        // x to the power of eight times the length, by squaring.
        var (shift, square) = (One, One >> 8);
        for (; length > 0; length >>= 1)
        {
            shift = (length & 1) == 1 ? Product(shift, square) : shift;
            square = Product(square, square);
        }

        return Product(first, shift) ^ second;
    }

    /// <summary>The product of two polynomials modulo that of the CRC; bit 31 is the coefficient of 1.</summary>
    private static uint Product(uint one, uint other)
    {
        uint product = 0;
        for (var bit = One; bit > 0; bit >>= 1)
        {
            product ^= (one & bit) == 0 ? 0 : other;
            other = (other & 1) == 0 ? other >> 1 : (other >> 1) ^ Polynomial;
        }

        return product;
    }
}
