/* SPDX-License-Identifier: Apache-2.0 */
/* What travels beside a frame's bytes, from NDIS's words to the core's and back: tags, checksums,
 * segmentation, each as sent and as received. And the packet operations on frames in pieces,
 * against the same operations on one that is whole. */
#include "ovsext_load.h"

#include "datapath/set_field.h"
#include "driver/driver.h"
#include "driver/offload.h"

/* TCP over IPv4, without and with a tag in its bytes; UDP over IPv4. */
static const uint8_t tcp_frame[80] = {
    0x02, 0,   0, 0,  0, 1, 0x02, 0, 0,  0, 0, 2, 0x08, 0x00, /* Ethernet */
    0x45, 0,   0, 66, 0, 0, 0,    0, 64, 6, 0, 0, 10,   0,    0, 1, 10,   0,    0, 2, /* IPv4 */
    0,    80,  0, 81, 0, 0, 0,    1, 0,  0, 0, 2, 0x50, 0x10, 1, 0, 0xab, 0xcd, 0, 0,
    'h',  'e', /* TCP */
};

/* A list with one frame in N_PIECES MDLs. */
struct fixture {
    NET_BUFFER_LIST nbl;
    NET_BUFFER nb;
    PMDL mdls;
    struct frame frame;
    uint8_t *pieces[8];
};

static void
make_fixture(struct fixture *l, const uint8_t *frame, size_t n, size_t n_pieces)
{
    memset(l, 0, sizeof *l);
    PMDL *end = &l->mdls;
    for (size_t i = 0, at = 0; i < n_pieces; i++) {
        size_t k = i + 1 == n_pieces ? n - at : n / n_pieces;
        l->pieces[i] = malloc(k + 3); /* of its own size, but for what is before the data */
        memcpy(l->pieces[i] + (i ? 0 : 3), frame + at, k);
        *end = IoAllocateMdl(l->pieces[i], (ULONG)(i ? k : k + 3), FALSE, FALSE, NULL);
        MmBuildMdlForNonPagedPool(*end);
        end = &(*end)->Next;
        at += k;
    }
    l->nb.MdlChain = l->nb.CurrentMdl = l->mdls;
    l->nb.DataOffset = l->nb.CurrentMdlOffset = 3;
    l->nb.DataLength = (ULONG)n;
    l->nbl.FirstNetBuffer = &l->nb;
}

static void
free_fixture(struct fixture *l)
{
    while (l->mdls) {
        PMDL mdl = l->mdls;
        l->mdls = mdl->Next;
        IoFreeMdl(mdl);
    }
    for (size_t i = 0; i < ARRAY_LEN(l->pieces); i++) {
        free(l->pieces[i]);
    }
}

/* A packet of L's frame, of which the first SAFE bytes stay as they are. */
static struct nbl_packet *
safe_packet_of(struct fixture *l, struct cpu *cpu, uint32_t safe)
{
    assert_true(frame_open(&l->frame, &l->nb, safe));
    struct nbl_packet *v = nbl_packet_from_frame(cpu, &l->frame);
    assert_non_null(v);
    return v;
}

static struct nbl_packet *
packet_of(struct fixture *l, struct cpu *cpu)
{
    return safe_packet_of(l, cpu, UINT32_MAX);
}

static struct cpu *
enter(void)
{
    return cpu_enter(&the_driver);
}

static void
test_to_send(void **state UNUSED)
{
    struct fixture l;
    struct cpu *cpu = enter();
    make_fixture(&l, tcp_frame, sizeof tcp_frame, 1);
    NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO sum = {
        .Transmit = {.IsIPv4 = 1, .TcpChecksum = 1, .TcpHeaderOffset = 34}};
    l.nbl.NetBufferListInfo[TcpIpChecksumNetBufferListInfo] = sum.Value;
    struct nbl_packet *v = packet_of(&l, cpu);
    assert_true(offload_from_list(&l.nbl, false, v));
    assert_true(v->pkt.flags & PKT_CSUM_PARTIAL);
    assert_int_equal(v->pkt.csum_start, 34);
    assert_int_equal(v->pkt.csum_ofs, 16);
    assert_int_equal(v->pkt.gso_type, PKT_GSO_NONE);
    assert_true(nbl_packet_is_original(v));
    pkt_free(&v->pkt);

    NDIS_TCP_LARGE_SEND_OFFLOAD_NET_BUFFER_LIST_INFO lso = {
        .LsoV2Transmit = {.MSS = 1460,
                          .TcpHeaderOffset = 34,
                          .Type = NDIS_TCP_LARGE_SEND_OFFLOAD_V2_TYPE,
                          .IPVersion = NDIS_TCP_LARGE_SEND_OFFLOAD_IPv4}};
    l.nbl.NetBufferListInfo[TcpLargeSendNetBufferListInfo] = lso.Value;
    v = packet_of(&l, cpu);
    assert_true(offload_from_list(&l.nbl, false, v));
    assert_int_equal(v->pkt.gso_type, PKT_GSO_TCPV4);
    assert_int_equal(v->pkt.gso_size, 1460);
    assert_true(v->pkt.flags & PKT_CSUM_PARTIAL);
    pkt_free(&v->pkt);

    /* The same bits mean something else when the frame was received. */
    v = packet_of(&l, cpu);
    assert_true(offload_from_list(&l.nbl, true, v));
    assert_false(v->pkt.flags & PKT_CSUM_PARTIAL);
    assert_int_equal(v->pkt.gso_type, PKT_GSO_NONE);
    pkt_free(&v->pkt);
    free_fixture(&l);
    cpu_leave(cpu, 0);
}

/* NDIS does not say where a UDP header is; a start outside the frame is no start. */
static void
test_udp_and_nonsense(void **state UNUSED)
{
    struct fixture l;
    uint8_t udp[sizeof tcp_frame];
    struct cpu *cpu = enter();
    memcpy(udp, tcp_frame, sizeof udp);
    udp[23] = IP_PROTO_UDP;
    put_be16(udp + 38, 46);
    make_fixture(&l, udp, sizeof udp, 4);
    NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO sum = {.Transmit = {.IsIPv4 = 1, .UdpChecksum = 1}};
    l.nbl.NetBufferListInfo[TcpIpChecksumNetBufferListInfo] = sum.Value;
    struct nbl_packet *v = packet_of(&l, cpu);
    assert_true(offload_from_list(&l.nbl, false, v));
    assert_true(v->pkt.flags & PKT_CSUM_PARTIAL);
    assert_int_equal(v->pkt.csum_start, 34);
    assert_int_equal(v->pkt.csum_ofs, 6);
    pkt_free(&v->pkt);
    sum.Value = NULL;
    sum.Transmit.TcpChecksum = 1;
    sum.Transmit.TcpHeaderOffset = 64;
    l.nbl.NetBufferListInfo[TcpIpChecksumNetBufferListInfo] = sum.Value;
    v = packet_of(&l, cpu);
    assert_true(offload_from_list(&l.nbl, false, v));
    assert_false(v->pkt.flags & PKT_CSUM_PARTIAL);
    pkt_free(&v->pkt);
    free_fixture(&l);
    cpu_leave(cpu, 0);
}

static void
test_received(void **state UNUSED)
{
    struct fixture l;
    struct cpu *cpu = enter();
    make_fixture(&l, tcp_frame, sizeof tcp_frame, 1);
    NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO sum = {
        .Receive = {.TcpChecksumSucceeded = 1, .IpChecksumSucceeded = 1}};
    l.nbl.NetBufferListInfo[TcpIpChecksumNetBufferListInfo] = sum.Value;
    struct nbl_packet *v = packet_of(&l, cpu);
    assert_true(offload_from_list(&l.nbl, true, v));
    assert_int_equal(v->pkt.flags & (PKT_CSUM_GOOD | PKT_IP_CSUM_GOOD),
                     PKT_CSUM_GOOD | PKT_IP_CSUM_GOOD);
    pkt_free(&v->pkt);
    free_fixture(&l);
    cpu_leave(cpu, 0);
}

/* A tag that came beside the frame is in its bytes for the core, moves what is counted from the
 * start, and goes out beside it again. */
static void
test_tag(void **state UNUSED)
{
    struct fixture l;
    for (size_t n_pieces = 1; n_pieces <= 8; n_pieces++) {
        struct cpu *cpu = enter();
        make_fixture(&l, tcp_frame, sizeof tcp_frame, n_pieces);
        NDIS_NET_BUFFER_LIST_8021Q_INFO tag = {.TagHeader = {.UserPriority = 5, .VlanId = 900}};
        NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO sum = {
            .Transmit = {.IsIPv4 = 1, .TcpChecksum = 1, .TcpHeaderOffset = 34}};
        l.nbl.NetBufferListInfo[Ieee8021QNetBufferListInfo] = tag.Value;
        l.nbl.NetBufferListInfo[TcpIpChecksumNetBufferListInfo] = sum.Value;
        struct nbl_packet *v = packet_of(&l, cpu);
        assert_true(offload_from_list(&l.nbl, false, v));
        assert_true(nbl_packet_is_original(v));
        assert_int_equal(v->pkt.len, sizeof tcp_frame + 4);
        const uint8_t *p = pkt_need(&v->pkt, 0, v->pkt.len);
        assert_non_null(p);
        assert_memory_equal(p, tcp_frame, 12);
        assert_int_equal(get_be16(p + 12), 0x8100);
        assert_int_equal(get_be16(p + 14), 5 << 13 | 900);
        assert_memory_equal(p + 16, tcp_frame + 12, sizeof tcp_frame - 12);
        assert_int_equal(v->pkt.csum_start, 38);

        assert_int_equal(pkt_push_vlan(&v->pkt, be16_from(0x8100), be16_from(0x1007)), 0);
        assert_false(nbl_packet_is_original(v));
        assert_int_equal(v->pkt.csum_start, 42);
        struct block *b = v->block;
        b->data = v->pkt.data;
        b->len = b->linear = v->pkt.len;
        b->offloads = v->pkt;
        NDIS_NET_BUFFER_LIST_8021Q_INFO out = offload_take_tag(b);
        assert_int_equal(out.TagHeader.VlanId, 7);
        assert_int_equal(get_be16(b->data + 12), 0x8100); /* the inner one */
        offload_to_list(b, out, false, &l.nbl);
        sum.Value = l.nbl.NetBufferListInfo[TcpIpChecksumNetBufferListInfo];
        assert_int_equal(sum.Transmit.TcpHeaderOffset, 38);
        assert_true(sum.Transmit.TcpChecksum && sum.Transmit.IsIPv4 && !sum.Transmit.IsIPv6);
        assert_ptr_equal(l.nbl.NetBufferListInfo[Ieee8021QNetBufferListInfo], out.Value);
        pkt_free(&v->pkt);
        free_fixture(&l);
        cpu_leave(cpu, 0);
    }
}

/* What a guest may still change is not sent once it has been looked at: the copy is. */
static void
test_unsafe(void **state UNUSED)
{
    struct fixture l;
    struct cpu *cpu = enter();
    make_fixture(&l, tcp_frame, sizeof tcp_frame, 1);
    struct nbl_packet *v = safe_packet_of(&l, cpu, 34);
    assert_int_equal(v->pkt.linear, 34);
    assert_non_null(pkt_need(&v->pkt, 0, 34));
    assert_true(nbl_packet_is_original(v));
    assert_non_null(pkt_need(&v->pkt, 34, 4));
    assert_false(nbl_packet_is_original(v));
    l.pieces[0][3 + 34] ^= 1;
    assert_int_equal(*pkt_need(&v->pkt, 34, 1), tcp_frame[34]);
    pkt_free(&v->pkt);
    /* The same of a frame that is safe. */
    v = packet_of(&l, cpu);
    assert_non_null(pkt_need(&v->pkt, 34, 4));
    assert_true(nbl_packet_is_original(v));
    pkt_free(&v->pkt);
    free_fixture(&l);
    cpu_leave(cpu, 0);
}

/* Random operations on a frame in pieces, with clones, and on plain memory. */
static void
test_operations(void **state UNUSED)
{
    uint32_t seed = 1;
    for (unsigned int round = 0; round < 3000; round++) {
        enum { MOST = 5000 };
        static uint8_t frame[MOST], model[MOST + 64], copy[MOST + 64];
        size_t n = 14 + rand_r((unsigned int *)&seed) % (round % 4 ? 1500 : MOST - 14);
        size_t start = 64, n_copy = 0;
        struct fixture l;
        struct cpu *cpu = enter();
        struct pkt *clone = NULL;
        for (size_t i = 0; i < n; i++) {
            frame[i] = (uint8_t)rand_r((unsigned int *)&seed);
        }
        memcpy(model + start, frame, n);
        make_fixture(&l, frame, n, 1 + round % 8);
        struct pkt *p = &safe_packet_of(&l, cpu, round % 3 ? UINT32_MAX : round % 200)->pkt;
        for (unsigned int step = 0; step < 12; step++) {
            uint32_t ofs = (uint32_t)rand_r((unsigned int *)&seed) % p->len;
            uint32_t k = 1 + (uint32_t)rand_r((unsigned int *)&seed) % MIN(p->len - ofs, 300u);
            uint8_t *at;
            switch (rand_r((unsigned int *)&seed) % 6) {
            case 0:
                assert_memory_equal(pkt_need(p, ofs, k), model + start + ofs, k);
                break;
            case 1:
                at = pkt_edit(p, ofs, k);
                memset(at, (int)step, k);
                memset(model + start + ofs, (int)step, k);
                break;
            case 2:
                if (start >= 4) {
                    at = pkt_push(p, 4, 0);
                    start -= 4;
                    memset(at, 0xee, 4);
                    memset(model + start, 0xee, 4);
                }
                break;
            case 3:
                if (p->len > 20) {
                    assert_non_null(pkt_need(p, 0, 4));
                    pkt_pull(p, 4);
                    start += 4;
                }
                break;
            case 4:
                if (p->len > 60) {
                    pkt_trim(p, p->len - k % 30);
                }
                break;
            default:
                if (clone) {
                    assert_int_equal(clone->len, n_copy);
                    assert_memory_equal(pkt_need(clone, 0, clone->len), copy, n_copy);
                    pkt_free(clone);
                }
                clone = pkt_clone(p);
                n_copy = p->len;
                memcpy(copy, model + start, n_copy);
            }
        }
        assert_memory_equal(pkt_need(p, 0, p->len), model + start, p->len);
        pkt_free(p);
        if (clone) {
            assert_int_equal(clone->len, n_copy);
            assert_memory_equal(pkt_need(clone, 0, clone->len), copy, n_copy);
            pkt_free(clone);
        }
        for (size_t i = 0, at = 0; i < 1 + round % 8; i++) { /* the frame is as it was */
            size_t pieces = 1 + round % 8, piece = i + 1 == pieces ? n - at : n / pieces;
            assert_memory_equal(l.pieces[i] + (i ? 0 : 3), frame + at, piece);
            at += piece;
        }
        free_fixture(&l);
        cpu_leave(cpu, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
        TEST(test_to_send), TEST(test_udp_and_nonsense), TEST(test_received),
        TEST(test_tag),     TEST(test_unsafe),           TEST(test_operations),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
